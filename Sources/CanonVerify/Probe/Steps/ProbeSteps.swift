extension ProbeStep {
    /// Every step, in the order in which they are run. Sections are headings of docs/protocol.md.
    static let all: [ProbeStep] = access + conversation + comingBack + refusals

    private static let both: Set<Profile> = [.canon, .platform]

    private static let access: [ProbeStep] = [
        ProbeStep(
            "health", "the server answers", asserts: "GET /health answers 200 and says that it is healthy",
            section: "For operators", remedy: "Look whether this is the address of the gateway.", profiles: both
        ) { try await $0.health() },
        ProbeStep(
            "ready", "it is ready", asserts: "GET /health/ready answers 200", section: "For operators",
            remedy: "Do what the reasons say; canon doctor says more on the server's machine.", needs: ["health"]
        ) { try await $0.readiness() },
        ProbeStep(
            "limits", "it says its limits", asserts: "GET /ws/config lists the limits in force",
            section: "Open a socket",
            remedy: "Look whether a proxy hides /ws/config.", needs: ["health"]
        ) { try await $0.limits() },
        ProbeStep(
            "login", "credentials", asserts: "the credentials are accepted", section: "Log in",
            remedy: "Look at the credentials, and whether login is open on this server.", needs: ["health"],
            profiles: both
        ) { try await $0.logIn() },
        ProbeStep(
            "upgrade-canon", "upgrade: canon.v1", section: "Open a socket",
            asserting: "'canon.v1, jwt.<token>' is admitted, canon.v1 chosen, no token in the answer's headers"
        ) { try await $0.upgradeWithBareSubprotocol("canon.v1") },
        ProbeStep(
            "upgrade-jwt-auth", "upgrade: jwt-auth", section: "Open a socket",
            asserting: "'jwt-auth, jwt.<token>' is admitted, jwt-auth chosen, no token in the answer's headers",
            profiles: both
        ) { try await $0.upgradeWithBareSubprotocol("jwt-auth") },
        ProbeStep(
            "upgrade-token-only", "upgrade: token alone", section: "Open a socket",
            asserting: "'jwt.<token>' alone is admitted and answered as it is, because a browser asks for that"
        ) { try await $0.upgradeWithTokenAlone() },
        ProbeStep(
            "upgrade-authorization", "upgrade: Authorization", section: "Open a socket",
            asserting: "a token in Authorization is admitted", profiles: both
        ) { try await $0.upgradeWithAuthorization() },
        ProbeStep(
            "upgrade-ticket", "upgrade: ticket", section: "Open a socket",
            asserting: "a ticket opens one connection, and is refused the second time"
        ) { try await $0.upgradeWithTicket() },
    ]

    private static let conversation: [ProbeStep] = [
        ProbeStep(
            "welcome", "welcome",
            asserts: "connection_established comes first, and names the connection and the user",
            section: "Open a socket", remedy: "Look at the log of the server at the time of the connection.",
            needs: ["login"], profiles: both
        ) { try await $0.greet() },
        ProbeStep(
            "message", "message", asserts: "a message is acknowledged with its run and thread",
            section: "Send a message",
            remedy: "Look whether the store can be written.", needs: ["welcome"], profiles: both
        ) { try await $0.sendMessage() },
        ProbeStep(
            "events", "five events",
            asserts:
                "agent_started, agent_thinking, tool_executing, tool_completed, agent_completed come in this order, "
                + "numbered without holes, with the members that clients read, and one end",
            section: "Events", remedy: "Look at the run in the log of the server.", needs: ["message"], profiles: both
        ) { try await $0.receiveEvents() },
        ProbeStep(
            "answer", "answer", asserts: "the last event holds the answer, which is what was streamed",
            section: "Events",
            remedy: "Look at what the agent answered.", needs: ["events"], profiles: both
        ) { try await $0.readAnswer() },
        ProbeStep(
            "retry", "a repeated message", asserts: "a message that is sent again starts no second run",
            section: "Send a message", remedy: "Idempotency must be kept as long as the events are.", needs: ["message"]
        ) { try await $0.sendAgain() },
        ProbeStep(
            "stop", "stop", asserts: "stop_agent ends a run with agent_cancelled, and with nothing else",
            section: "Send a message", remedy: "Look whether the agent heeds its cancellation.", needs: ["events"],
            profiles: both
        ) { try await $0.stopRun() },
        ProbeStep(
            "ping", "ping", asserts: "ping is answered by pong, with its body", section: "Open a socket",
            remedy: "Look whether the connection is still open.", needs: ["welcome"], profiles: both
        ) { try await $0.ping() },
    ]

    private static let comingBack: [ProbeStep] = [
        ProbeStep(
            "reconnect", "reconnect", asserts: "a lost connection can be opened again, and a second one beside it",
            section: "Come back", remedy: "Look whether the server still counts the lost connection.",
            needs: ["welcome"],
            profiles: [.platform]
        ) { try await $0.reconnect() },
        ProbeStep(
            "resume", "resume after a cut",
            asserts: "after a cut the missed events come once, in order, behind 'resumed'", section: "Come back",
            remedy: "Events are lost or repeated between replay and live: do not let users on this server.",
            needs: ["events"]
        ) { try await $0.resumeAfterCut() },
        ProbeStep(
            "replay", "the whole thread again", asserts: "resume from 0 gives the log that was received live",
            section: "Come back", remedy: "Compare the store with what was delivered.", needs: ["resume"]
        ) { try await $0.replay() },
        ProbeStep(
            "second-device", "a second device",
            asserts: "another device of the user is told of the thread, catches up, and then gets the same events",
            section: "Come back", remedy: "Look at how connections of one user are found.", needs: ["events"]
        ) { try await $0.secondDevice() },
    ]

    private static let refusals: [ProbeStep] = [
        ProbeStep(
            "bad-token", "bad token", asserts: "a forged token is closed with 1008, and no frame comes before",
            section: "Open a socket", remedy: "Complete the upgrade, send nothing, and close with 1008.",
            needs: ["health"], profiles: both
        ) { try await $0.badToken() },
        ProbeStep(
            "no-credential", "no credential",
            asserts: "who presents nothing is closed with 1008, or is a visitor of its own in a demonstration",
            section: "Open a socket", remedy: "Complete the upgrade, send nothing, and close with 1008.",
            needs: ["health"]
        ) { try await $0.noCredential() },
        ProbeStep(
            "bad-json", "bad JSON", asserts: "bad JSON is answered by JSON_PARSE_ERROR, and the connection goes on",
            section: "Send a message", remedy: "Answer with error_message instead of ending the connection.",
            needs: ["welcome"], profiles: both
        ) { try await $0.badJSON() },
        ProbeStep(
            "unknown-type", "unknown type", asserts: "a message of an unknown type is acknowledged",
            section: "Send a message", remedy: "Answer with ack {received_type}: newer clients say more.",
            needs: ["welcome"], profiles: both
        ) { try await $0.unknownType() },
        ProbeStep(
            "oversize", "oversize", asserts: "a message over the limit is closed with 1009", section: "Open a socket",
            remedy: "Refuse the frame from its header, with close code 1009.", needs: ["welcome"], profiles: both
        ) { try await $0.oversize() },
        ProbeStep(
            "unknown-thread", "unknown thread", asserts: "a thread that the user does not have is not_found",
            section: "Come back", remedy: "Answer not_found for what the user does not have.", needs: ["welcome"]
        ) { try await $0.unknownThread() },
        ProbeStep(
            "foreign-thread", "another user's thread",
            asserts: "another user's thread is not_found, cannot be read, and none of its events arrive",
            section: "Come back", remedy: "Look at every place where a thread is found by its id alone.",
            needs: ["events"]
        ) { try await $0.foreignThread() },
        ProbeStep(
            "heartbeat", "heartbeat", asserts: "a heartbeat says the last number of each thread",
            section: "Open a socket", remedy: "Without it no client notices a loss: look at the connection's timers.",
            needs: ["events"]
        ) { try await $0.heartbeat() },
    ]

    /// A way to present a token.
    private init(
        _ id: String, _ title: String, section: String, asserting asserts: String, profiles: Set<Profile> = [.canon],
        perform: @escaping @Sendable (ProbeSession) async throws -> String
    ) {
        self.init(
            id, title, asserts: asserts, section: section,
            remedy: "A proxy may remove the header; if not, look at how the server reads this form.", needs: ["login"],
            profiles: profiles, perform: perform)
    }
}
