/// What one source file declares, imports, binds, owns and calls: flat arrays of fixed-size records over one table of names.
///
/// Facts say what stands in the file and nothing that needs another file. What the file alone does not tell is flagged as
/// unresolved and never left out. They know no rule, and of the language only what their documentation names.
public struct FileFacts: Sendable, Equatable {
    /// Changes whenever a record changes its meaning or its layout; stored facts of another version are not read.
    public static let formatVersion: UInt32 = 3
    /// The index of no declaration.
    @inlinable
    public static var noIndex: UInt32 { UInt32.max }

    public var names = NameTable()
    /// In the order of the source: a declaration stands before those inside of it.
    public var declarations: [Declaration] = []
    public var parameters: [Parameter] = []
    /// The code in the order in which it runs; see ``Event``.
    public var events = EventList()
    public var state: [StateFact] = []
    public var fingerprints: [CloneFingerprint] = []
    /// Lists of other records, in one array: mostly raw values of ``Name``s.
    public var lists: [UInt32] = []
    /// Why the file does not parse; then nothing else is known of it.
    public var error: FactError?
    public var lineCount: UInt32 = 0
    public var byteCount: UInt32 = 0
    public var hasDocstring = false

    public init() {}

    /// The names that a declaration is nested in and its own, with dots: `Outer.method.inner`.
    public func qualifiedName(of declaration: Int) -> String {
        let item = declarations[declaration]
        let name = names[item.name]
        return item.parent == Self.noIndex ? name : qualifiedName(of: Int(item.parent)) + "." + name
    }

    /// The texts of a list of names.
    public func texts(_ list: FactList) -> [String] { lists[list.indices].map { names[Name(rawValue: $0)] } }

    public func texts(_ list: ArraySlice<UInt32>) -> [String] { list.map { names[Name(rawValue: $0)] } }
}

/// Why a file could not be read as source.
public struct FactError: Hashable, Sendable {
    /// From 1.
    public var line: UInt32
    /// From 1, in characters.
    public var column: UInt32
    public var message: String

    public init(line: UInt32, column: UInt32, message: String) {
        self.line = line
        self.column = column
        self.message = message
    }
}
