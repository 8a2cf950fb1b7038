/// How much load, of what kind, and for how long.
public struct LoadOptions: Sendable {
    public enum Users: Sendable, Equatable {
        /// So many visitors of a demonstration.
        case demo(Int)
        /// One user for each access token.
        case tokens([String])

        var count: Int {
            switch self {
            case .demo(let count): count
            case .tokens(let tokens): tokens.count
            }
        }
    }

    public enum Arrivals: String, Sendable, CaseIterable { case even, poisson }

    public var users = Users.demo(10)
    /// Connections of each user; all follow the same conversation, the first one sends.
    public var devices = 1
    /// Messages in a second over all users.
    public var rate = 5.0
    public var arrivals = Arrivals.poisson
    /// From an answer to the next message of the same user, in seconds.
    public var thinkTime = 0.0
    /// Bytes of a message's text, drawn evenly from the range.
    public var messageBytes = 100...100
    public var question = "Where is main defined?"
    /// So many users have one more device that reads too slowly.
    public var slowReaders = 0
    /// Seconds from one storm to the next, in which connections are cut all at once and come back; nil: none.
    public var stormInterval: Double?
    /// The part of the connections that a storm cuts, from 0 to 1.
    public var stormShare = 0.5
    /// Seconds in which messages are sent.
    public var seconds = 10.0
    /// Messages after which no more are sent; nil: the time alone counts.
    public var maximumMessages: Int?
    /// Seconds that an answer may take.
    public var timeout = 30.0
    /// A PEM file with the certificates to trust instead of the system's.
    public var authorities: String?
    /// The host that is no loopback address and may be loaded all the same.
    public var permittedHost: String?

    public init() {}

    /// Why the options cannot be used.
    public struct Invalid: Error, Equatable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Connections in all.
    var connections: Int { users.count * devices + slowReaders }

    static let maximumConnections = 20_000
    static let maximumTextBytes = 32 * 1024

    func validate(for address: ServerAddress) throws(Invalid) {
        func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(Invalid) {
            if !condition { throw Invalid(description: message()) }
        }
        try require(
            address.isLoopback || address.host == permittedHost,
            "\(address.host) is not this machine: a load can put a server out of service. If it is yours, say "
                + "--i-may-load \(address.host)")
        try require(users.count > 0, "there must be a user")
        try require(devices > 0, "there must be a device for each user")
        try require(
            connections <= Self.maximumConnections,
            "\(connections) connections are more than \(Self.maximumConnections), the most from one address")
        try require(slowReaders >= 0 && slowReaders <= users.count, "there are more slow readers than users")
        try require((0.001...100_000).contains(rate), "the rate must be from 0.001 to 100000 messages a second")
        try require((0...3600).contains(thinkTime), "the think time must be from 0 to 3600 seconds")
        let least = question.utf8.count + 1 + Canary().text.utf8.count
        try require(
            messageBytes.upperBound <= Self.maximumTextBytes,
            "a message may have \(Self.maximumTextBytes) bytes of text")
        try require(
            messageBytes.lowerBound >= least || messageBytes.lowerBound == 0,
            "a message has at least \(least) bytes: the question, a blank and its mark")
        try require(
            stormInterval.map { (0.5...3600).contains($0) } ?? true, "storms must be 0.5 to 3600 seconds apart")
        try require(stormShare > 0 && stormShare <= 1, "the share of a storm must be above 0, and at most 1")
        try require((0.1...86_400).contains(seconds), "the duration must be from 0.1 seconds to a day")
        try require((maximumMessages ?? 1) > 0, "the number of messages must be positive")
        try require((0.1...3600).contains(timeout), "the time-out must be from 0.1 to 3600 seconds")
    }
}
