/// One socket.
public final class Connection: Sendable {
    public let user: UserID

    public init(user: UserID) { self.user = user }

    public func send(_ text: String) {}
}

public struct UserID: Hashable, Sendable {
    public var text: String
}
