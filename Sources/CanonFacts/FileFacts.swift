/// What one source file declares, imports, binds, owns and calls: flat arrays of fixed-size records over one table of names.
///
/// Facts say what stands in the file and nothing that needs another file. What the file alone does not tell is flagged as
/// unresolved and never left out. They know no rule, and of the language only what their documentation names.
public struct FileFacts: Sendable, Equatable {
    /// Changes whenever a record changes its meaning or its layout; stored facts of another version are not read.
    public static let formatVersion: UInt32 = 4
    /// The index of no declaration.
    @inlinable
    public static var noIndex: UInt32 { UInt32.max }

    /// The arrays stand behind one reference: facts are handed on with every question that is asked of them, and a copy of the
    /// arrays themselves counts each of them up and down.
    @usableFromInline var content: Content

    /// Never changed, so that reading from it needs no check and no copy.
    @usableFromInline
    final class Content: Sendable {
        @usableFromInline let records: Records

        @usableFromInline
        init(_ records: Records) { self.records = records }
    }

    /// The facts themselves: what a reader of a language fills in.
    public struct Records: Sendable, Equatable {
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
        public var language = SourceLanguage.python

        public init() {}
    }

    @inlinable
    public init(_ records: Records = Records()) { content = Content(records) }

    public static func == (a: FileFacts, b: FileFacts) -> Bool {
        a.content === b.content || a.content.records == b.content.records
    }

    @inlinable public var records: Records { content.records }
    @inlinable public var names: NameTable { content.records.names }
    @inlinable public var declarations: [Declaration] { content.records.declarations }
    @inlinable public var parameters: [Parameter] { content.records.parameters }
    @inlinable public var events: EventList { content.records.events }
    @inlinable public var state: [StateFact] { content.records.state }
    @inlinable public var fingerprints: [CloneFingerprint] { content.records.fingerprints }
    @inlinable public var lists: [UInt32] { content.records.lists }
    @inlinable public var error: FactError? { content.records.error }
    @inlinable public var lineCount: UInt32 { content.records.lineCount }
    @inlinable public var byteCount: UInt32 { content.records.byteCount }
    @inlinable public var hasDocstring: Bool { content.records.hasDocstring }
    @inlinable public var language: SourceLanguage { content.records.language }

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

/// The language that a file is written in: how its names are to be linked.
public enum SourceLanguage: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case python
    /// Its modules are folders of files that see each other. See the notes on Swift of ``Declaration``.
    case swift
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
