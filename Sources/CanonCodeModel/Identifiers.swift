/// A file of a ``CodeModel``, by its place in ``CodeModel/files``.
public struct FileID: RawRepresentable, Hashable, Comparable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable
    init(_ index: Int) { rawValue = UInt32(index) }

    @inlinable
    public static func < (a: FileID, b: FileID) -> Bool { a.rawValue < b.rawValue }
}

/// A module, package or namespace package of a ``CodeModel``, by its place in ``CodeModel/modules``.
public struct ModuleID: RawRepresentable, Hashable, Comparable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    @inlinable
    init(_ index: Int) { rawValue = UInt32(index) }

    @inlinable
    public static func < (a: ModuleID, b: ModuleID) -> Bool { a.rawValue < b.rawValue }
}

/// One object of the code, however many names it has: what a class or function statement makes, or what a module's assignment
/// makes when that counts (`NewType`, `namedtuple`, an instance).
///
/// Objects of a file are numbered by their place in it, statements first: an index below the number of the file's
/// declarations is that declaration's.
public struct ObjectID: Hashable, Comparable, Sendable, BitwiseCopyable {
    public let file: FileID
    /// Of the declaration in the file's facts, or, from their number on, of what assignments make (``CodeModel/objects(in:)``).
    public let index: UInt32

    @inlinable
    public init(file: FileID, index: UInt32) {
        self.file = file
        self.index = index
    }

    @inlinable
    public static func < (a: ObjectID, b: ObjectID) -> Bool {
        a.file == b.file ? a.index < b.index : a.file < b.file
    }
}

/// A line of a file.
public struct Place: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var file: FileID
    /// From 1.
    public var line: UInt32

    public init(file: FileID, line: UInt32) {
        self.file = file
        self.line = line
    }

    public static func < (a: Place, b: Place) -> Bool { a.file == b.file ? a.line < b.line : a.file < b.file }
}
