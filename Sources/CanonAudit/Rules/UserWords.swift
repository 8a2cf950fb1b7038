/// Words in names that hint at data of one user among many. A hint raises how sure a finding is; it never makes one.
enum UserWords {
    enum Strength: Comparable {
        /// It may as well be a session of a database, a member of a class.
        case weak
        case strong
    }

    /// How much a name or an expression speaks of a user; nil: not at all. Words are parts of identifiers, never parts of words.
    ///
    /// - Parameter usesThreads: the code works with threads of the machine, so that `thread_id` is no conversation.
    static func strength(of text: String, usesThreads: Bool = false) -> Strength? {
        let words = split(text)
        var strength: Strength?
        for (index, word) in words.enumerated() {
            if users.contains(word) { return .strong }
            let isID = index + 1 < words.count && (words[index + 1] == "id" || words[index + 1] == "ids")
            if isID, opened.contains(word) || ambiguous.contains(word), !(usesThreads && word == "thread") {
                return .strong
            }
            if ambiguous.contains(word) { strength = .weak }
        }
        return strength
    }

    private static let users: Set<String> = [
        "user", "users", "uid", "tenant", "tenants", "account", "accounts", "customer", "customers", "principal",
        "visitor",
        "visitors", "conversation", "conversations", "chat", "chats", "cart", "carts", "websocket", "websockets", "ws",
        "login",
        "logins", "username",
    ]
    /// With `_id`: what somebody opened.
    private static let opened: Set<String> = ["thread", "run", "room", "channel", "device", "owner", "author"]
    private static let ambiguous: Set<String> = [
        "session", "sessions", "connection", "connections", "client", "clients", "socket", "sockets", "member",
        "members",
        "subscriber", "subscribers",
    ]

    /// `userID_map["x"]` as `user`, `id`, `map`, `x`.
    static func split(_ text: String) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        var previousIsLower = false
        func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            let isLetter = isUpper(byte) || (0x61...0x7A).contains(byte)
            let startsWord =
                isUpper(byte)
                && (previousIsLower || (index + 1 < bytes.count && (0x61...0x7A).contains(bytes[index + 1])))
            if !isLetter || startsWord, !word.isEmpty {
                words.append(String(decoding: word, as: UTF8.self))
                word.removeAll(keepingCapacity: true)
            }
            if isLetter { word.append(isUpper(byte) ? byte + 0x20 : byte) }
            previousIsLower = (0x61...0x7A).contains(byte)
        }
        if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
        // `WebSocket` is one word.
        var joined: [String] = []
        for word in words {
            if word == "socket" || word == "sockets", joined.last == "web" { joined.removeLast() }
            joined.append(word)
        }
        return joined
    }
}
