import Wire

extension SocketHub {
    public func send(_ text: String, to user: UserID) {
        for connection in all(of: user) { connection.send(text) }
    }

    public func broadcast(_ text: String) {
        for connection in all() { connection.send(text) }
    }

    func all(of user: UserID? = nil) -> [Connection] { [] }
}
