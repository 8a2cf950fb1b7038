/// Around which statements a statement stands, as far as that decides whether and when it runs.
public struct ArmContext: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt16

    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Under `if TYPE_CHECKING`: read by type checkers, never run.
    public static let typeChecking = ArmContext(rawValue: 1)
    /// Never run: a condition that is constant, or decided otherwise by the ``RuntimeEnvironment``.
    public static let never = ArmContext(rawValue: 2)
    /// In an arm whose condition depends on what runs.
    public static let conditional = ArmContext(rawValue: 4)
    /// In the body of a `try`.
    public static let tryBody = ArmContext(rawValue: 8)
    /// In the body of a `try` that catches ImportError.
    public static let importGuard = ArmContext(rawValue: 16)
    /// In an `except` that catches ImportError.
    public static let importFallback = ArmContext(rawValue: 32)
    /// In an `except`.
    public static let exceptArm = ArmContext(rawValue: 64)
    /// In a function: runs when somebody calls it.
    public static let function = ArmContext(rawValue: 128)
    public static let classBody = ArmContext(rawValue: 256)
    /// Under `if __name__ == "__main__"`.
    public static let mainGuard = ArmContext(rawValue: 512)
    public static let loop = ArmContext(rawValue: 1024)
    /// In an arm that the interpreter or machine decides, in a way that is not understood here.
    public static let platform = ArmContext(rawValue: 2048)

    /// Whether it does not run when the module is imported for itself.
    public var isSkippedAtImport: Bool { !isDisjoint(with: [.typeChecking, .never, .mainGuard, .function]) }
}

/// An arm of a statement: a block that runs or does not.
struct Arm: Sendable {
    /// Its `enter` event.
    var event: UInt32
    /// The `enter` event of its statement.
    var statement: UInt32
    /// The arm around the statement, in ``FileSummary/arms``.
    var parent: UInt32
}
