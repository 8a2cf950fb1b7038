/// Words in names that hint at data of one user among many. A hint raises how sure a finding is; it never makes one.
enum UserWords {
    /// Whether a name or an expression speaks of a user: words are parts of identifiers, never parts of words.
    static func speakOfUser(_ text: String) -> Bool {
        let words = split(text)
        for (index, word) in words.enumerated() {
            if users.contains(word) { return true }
            // `thread_id`, `run_id`: what a client opened.
            if index + 1 < words.count, words[index + 1] == "id" || words[index + 1] == "ids", opened.contains(word) {
                return true
            }
        }
        return false
    }

    private static let users: Set<String> = [
        "user", "users", "uid", "tenant", "tenants", "account", "accounts", "customer", "customers", "member",
        "members",
        "principal", "visitor", "visitors", "session", "sessions", "conversation", "conversations", "chat", "chats",
        "cart", "carts",
        "websocket", "websockets", "ws", "socket", "sockets", "connection", "connections", "client", "clients",
        "subscriber",
        "subscribers", "login", "logins", "username",
    ]
    private static let opened: Set<String> = [
        "thread", "run", "request", "room", "channel", "device", "owner", "author",
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
