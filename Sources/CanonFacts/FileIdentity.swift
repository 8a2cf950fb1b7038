/// Tells one state of a file from every other one without reading it: what the file system says of it, of a file that was not
/// changed lately.
public struct FileIdentity: Hashable, Sendable, BitwiseCopyable {
    private var bytes: UInt64
    private var changed: UInt64
    private var touched: UInt64
    private var inode: UInt64
    private var device: UInt64

    /// - Parameters:
    ///   - changed: when the contents were changed last, in nanoseconds since 1970.
    ///   - touched: the same for contents, owner, links and permissions.
    public init(bytes: UInt64, changed: Int64, touched: Int64, inode: UInt64, device: UInt64) {
        self.bytes = bytes
        self.changed = UInt64(bitPattern: changed)
        self.touched = UInt64(bitPattern: touched)
        self.inode = inode
        self.device = device
    }
}
