/// The `audit:` section of `canon.yaml`: what is canonical, what ships, and what is excused until when.
///
/// A value knows its line, so that whatever is wrong with it can be shown there.
public struct Manifest: Sendable, Equatable {
    /// A value and where it stands in the file.
    public struct Entry<Value: Sendable & Equatable>: Sendable, Equatable {
        public var value: Value
        /// From 1.
        public var line: Int

        public init(_ value: Value, line: Int) {
            self.value = value
            self.line = line
        }
    }

    /// How messages name the file; empty when there is none.
    public var path = ""
    /// The version whose grammar counts, `3.11`.
    public var python: Entry<String>?
    /// The languages to audit; empty: every one that is found.
    public var languages: [Entry<String>] = []
    /// Folders and files that the image ships, relative to the root of the audit; empty: all of it.
    public var roots: [Entry<String>] = []
    /// Folders that modules are found from (`src`); empty: found out from the tree.
    public var searchPaths: [Entry<String>] = []
    /// Modules that are started.
    public var entries: [Entry<String>] = []
    /// Patterns by scope. A scope that is named replaces its default patterns.
    public var scopes: [SourceScope: [Entry<String>]] = [:]
    public var concepts: [Concept] = []
    public var services: [Service] = []
    /// The highest first: a layer may import those below it.
    public var layers: [Layer] = []
    public var limits = Limits()
    /// Documents whose statements must be reproducible: globs from the root.
    public var claims: [Entry<String>] = []
    /// Rules that are switched off. Each one is an integrity finding.
    public var rulesOff: [Entry<String>] = []
    public var waivers: [Waiver] = []

    public init() {}

    /// One thing that there should be one of.
    public struct Concept: Sendable, Equatable {
        public var name: String
        public var line: Int
        /// The symbol of the one implementation.
        public var canonical: Entry<String>
        /// The modules that it may be imported from; empty: the module that defines it.
        public var importFrom: [Entry<String>] = []
        /// The function or class that alone makes instances.
        public var factory: Entry<String>?
        /// Globs for names: a hint for discovery, never the definition.
        public var names: [Entry<String>] = []
        /// The attribute that the one owner owns.
        public var state: Entry<String>?
        public var owner: String?
        public var escalateTo: [String] = []
        /// Days after which a finding or waiver goes to ``escalateTo`` as well; nil for at once.
        public var escalateAfter: Int?
        public var impact: String?
        public var isOnGoldenPath = false

        public init(name: String, line: Int, canonical: Entry<String>) {
            self.name = name
            self.line = line
            self.canonical = canonical
        }
    }

    /// What is deployed by itself.
    public struct Service: Sendable, Equatable {
        public var name: String
        public var line: Int
        /// Globs for dotted names of modules; `a.b` stands for `a.b` and what is beneath it.
        public var modules: [Entry<String>]
        /// Names of services whose modules it may import.
        public var mayImport: [Entry<String>]
    }

    public struct Layer: Sendable, Equatable {
        public var name: String
        public var line: Int
        /// As in ``Service/modules``.
        public var modules: [Entry<String>]
    }

    /// The one source of size limits.
    public struct Limits: Sendable, Equatable {
        public var fileLines = 1000
        public var functionLines = 100
        /// Where it stands, when the manifest says it.
        public var line = 0
    }

    /// Findings that are excused until a day.
    public struct Waiver: Sendable, Equatable {
        public var line: Int
        public var rule: Entry<String>
        /// A symbol or a glob for symbols.
        public var symbol: Entry<String>?
        /// One finding, instead of or besides a symbol.
        public var fingerprint: Entry<Fingerprint>?
        public var reason: String
        public var owner: String
        public var issue: String
        /// The last day on which it holds.
        public var expires: Entry<CalendarDate>

        /// Longer excuses are decisions, and belong into the code.
        public static let maximumDays = 90
    }
}
