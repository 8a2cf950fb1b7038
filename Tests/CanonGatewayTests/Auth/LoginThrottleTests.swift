import Testing

@testable import CanonGateway

@Suite struct LoginThrottleTests {
    private let start = ContinuousClock.now

    @Test("an account is limited from any address, and comes back over time")
    func account() {
        let throttle = LoginThrottle(attempts: 3)
        for number in 0..<3 {
            #expect(throttle.attempt(account: "a", address: "\(number)", now: start) == .allowed)
        }
        #expect(throttle.attempt(account: "a", address: "9", now: start) == .refused(retryAfter: 300))
        #expect(throttle.attempt(account: "b", address: "9", now: start) == .allowed)
        #expect(throttle.attempt(account: "a", address: "9", now: start + .seconds(299)) == .refused(retryAfter: 1))
        #expect(throttle.attempt(account: "a", address: "9", now: start + .seconds(300)) == .allowed)
        #expect(throttle.attempt(account: "a", address: "9", now: start + .seconds(300)) == .refused(retryAfter: 300))
    }

    @Test("an address is limited over all accounts, and a refusal costs the account nothing")
    func address() {
        let throttle = LoginThrottle(attempts: 3)
        for number in 0..<3 {
            #expect(throttle.attempt(account: "\(number)", address: "x", now: start) == .allowed)
        }
        for _ in 0..<10 {
            #expect(throttle.attempt(account: "a", address: "x", now: start) == .refused(retryAfter: 300))
        }
        for number in 0..<3 {
            #expect(throttle.attempt(account: "a", address: "y\(number)", now: start) == .allowed)
        }
    }

    @Test("a success gives the account everything back and the address its one attempt")
    func success() {
        let throttle = LoginThrottle(attempts: 2)
        for _ in 0..<20 {
            #expect(throttle.attempt(account: "a", address: "x", now: start) == .allowed)
            throttle.succeeded(account: "a", address: "x")
        }
        #expect(throttle.attempt(account: "b", address: "x", now: start) == .allowed)
        #expect(throttle.attempt(account: "b", address: "x", now: start) == .allowed)
        throttle.succeeded(account: "a", address: "y")
        #expect(throttle.attempt(account: "c", address: "x", now: start) == .refused(retryAfter: 450))
    }

    @Test("a flood of made-up names neither grows the memory nor frees the account under attack")
    func flood() {
        let throttle = LoginThrottle(attempts: 2, maximumEntries: 100)
        _ = throttle.attempt(account: "victim", address: "v1", now: start)
        _ = throttle.attempt(account: "victim", address: "v2", now: start)
        for number in 0..<5000 {
            _ = throttle.attempt(account: "made-up-\(number)", address: "\(number)", now: start)
            #expect(throttle.entryCount <= 101)
        }
        #expect(throttle.attempt(account: "victim", address: "v3", now: start) == .refused(retryAfter: 450))
    }
}
