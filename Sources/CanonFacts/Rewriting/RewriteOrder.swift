/// What a file shall name otherwise. Whoever knows the program says what; who knows the language finds where it stands.
public struct RewriteOrder: Sendable {
    /// The dotted name of the file's module.
    public var module: String
    /// The file is a package's own code, so that relative names start there.
    public var isPackage: Bool
    /// What stands for each absolute dotted name afterwards.
    public var moves: MovedNames
    /// What a text that names something (`patch("package.module.Name")`) shall name, where that differs from ``moves``: a test
    /// that replaces a name where it is used means that place.
    public var texts: [String: String]
    /// Names of the module that other code goes on taking from it.
    public var heldNames: Set<String>

    public init(
        module: String, isPackage: Bool, moves: MovedNames, texts: [String: String] = [:],
        heldNames: Set<String> = []
    ) {
        self.module = module
        self.isPackage = isPackage
        self.moves = moves
        self.texts = texts
        self.heldNames = heldNames
    }
}

/// A file as an order wants it.
public struct Rewriting: Sendable {
    public var bytes: [UInt8]
    /// Statements in which something changed.
    public var statements: Int
    /// Names at the top of the file that give way and that its own code uses, with what they are called afterwards.
    public var used: [String: String]
    /// Names that were taken out.
    public var removed: Set<String> = []
    /// What the order names and is left as it was.
    public var left: [Left]

    public struct Left: Sendable, Hashable {
        /// From 1.
        public var line: Int
        public var text: String
        public var reason: String

        public init(line: Int, text: String, reason: String) {
            self.line = line
            self.text = text
            self.reason = reason
        }
    }

    public init(bytes: [UInt8], statements: Int = 0, used: [String: String] = [:], left: [Left] = []) {
        self.bytes = bytes
        self.statements = statements
        self.used = used
        self.left = left
    }
}
