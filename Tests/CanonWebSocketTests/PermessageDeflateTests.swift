import CanonTestSupport
import Testing

@testable import CanonWebSocket

@Suite struct PermessageDeflateTests {
    private static let plain = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    struct Offer: Sendable, CustomTestStringConvertible {
        let values: [String]
        /// The answer; nil if every offer is declined.
        let answer: String?

        var testDescription: String { "\(values)" }

        init(_ values: String..., answer: String?) {
            self.values = values
            self.answer = answer
        }
    }

    @Test(
        "the first offer that can be met is accepted, without context takeover",
        arguments: [
            Offer(answer: nil),
            Offer("", answer: nil),
            Offer(" , ,", answer: nil),
            Offer("permessage-deflate", answer: plain),
            Offer("permessage-deflate; client_max_window_bits", answer: plain),
            Offer("permessage-deflate;client_max_window_bits=8", answer: plain),
            Offer("permessage-deflate ;\tclient_max_window_bits = 15 ;server_no_context_takeover", answer: plain),
            Offer("permessage-deflate; client_no_context_takeover; server_no_context_takeover", answer: plain),
            Offer("permessage-deflate; server_max_window_bits=9", answer: plain + "; server_max_window_bits=9"),
            Offer("permessage-deflate; server_max_window_bits=15", answer: plain + "; server_max_window_bits=15"),
            Offer("permessage-deflate; server_max_window_bits=\"10\"", answer: plain + "; server_max_window_bits=10"),
            Offer("permessage-deflate; server_max_window_bits=\"1\\0\"", answer: plain + "; server_max_window_bits=10"),
            // zlib has no window of 256 bytes.
            Offer("permessage-deflate; server_max_window_bits=8", answer: nil),
            Offer("permessage-deflate; server_max_window_bits=7", answer: nil),
            Offer("permessage-deflate; server_max_window_bits=16", answer: nil),
            Offer("permessage-deflate; server_max_window_bits=010", answer: nil),
            Offer("permessage-deflate; server_max_window_bits=+10", answer: nil),
            Offer("permessage-deflate; server_max_window_bits=99999999999999999999", answer: nil),
            Offer("permessage-deflate; server_max_window_bits", answer: nil),
            Offer("permessage-deflate; client_max_window_bits=7", answer: nil),
            Offer("permessage-deflate; client_max_window_bits=ten", answer: nil),
            Offer("permessage-deflate; server_no_context_takeover=1", answer: nil),
            Offer("permessage-deflate; client_no_context_takeover=true", answer: nil),
            Offer("permessage-deflate; level=9", answer: nil),
            Offer("permessage-deflate; Server_No_Context_Takeover", answer: nil),
            Offer("permessage-deflate; server_no_context_takeover; server_no_context_takeover", answer: nil),
            Offer("permessage-deflate; client_no_context_takeover; client_no_context_takeover", answer: nil),
            Offer("permessage-deflate; server_max_window_bits=9; server_max_window_bits=10", answer: nil),
            Offer("permessage-deflate; client_max_window_bits; client_max_window_bits=10", answer: nil),
            Offer("x-webkit-deflate-frame", answer: nil),
            Offer("permessage-bzip2, permessage-deflate", answer: plain),
            Offer("permessage-deflate; server_max_window_bits=8, permessage-deflate", answer: plain),
            Offer(
                "permessage-deflate; x", "permessage-deflate; server_max_window_bits=11, permessage-deflate",
                answer: plain + "; server_max_window_bits=11"),
            Offer("foo; bar=\"baz\"; x, , permessage-deflate", answer: plain),
            // What breaks the grammar is not guessed at.
            Offer("permessage-deflate;", answer: nil),
            Offer("permessage-deflate; =9", answer: nil),
            Offer("permessage-deflate; server_max_window_bits=", answer: nil),
            Offer("permessage-deflate; server_max_window_bits=\"10", answer: nil),
            Offer("permessage-deflate; server_max_window_bits=\"10\\", answer: nil),
            Offer("permessage-deflate; server_max_window_bits=\"\"", answer: nil),
            Offer("permessage-deflate; server_max_window_bits=\"1 0\"", answer: nil),
            Offer("permessage-deflate client_max_window_bits", answer: nil),
            Offer("permessage-deflate, x=y", answer: nil),
            Offer("permessage-déflate, permessage-deflate", answer: nil),
            Offer("permessage-deflate\u{0}", answer: nil),
        ])
    func negotiation(offer: Offer) {
        #expect(PermessageDeflate.negotiate(offers: offer.values)?.responseHeader == offer.answer)
    }

    @Test("a server that needs a window of its own declines offers of a smaller one, and takes the next")
    func minimumWindow() {
        let offers = ["permessage-deflate; server_max_window_bits=11, permessage-deflate; server_max_window_bits=12"]
        let chosen = PermessageDeflate.negotiate(
            offers: offers, minimumServerWindowBits: PermessageDeflate.sharedWindowBits)
        #expect(chosen?.serverMaxWindowBits == 12)
        #expect(chosen?.acceptsSharedFrames == true)
        #expect(PermessageDeflate.negotiate(offers: offers)?.serverMaxWindowBits == 11)
        #expect(PermessageDeflate.negotiate(offers: offers)?.acceptsSharedFrames == false)
        #expect(PermessageDeflate().acceptsSharedFrames)
        #expect(
            PermessageDeflate.negotiate(
                offers: ["permessage-deflate; server_max_window_bits=8"], minimumServerWindowBits: 0) == nil)
    }

    @Test("a client understands every answer this server gives to it")
    func ownAnswers() throws {
        let chosen = try #require(PermessageDeflate.negotiate(offers: [PermessageDeflate.offer]))
        #expect(try PermessageDeflate.accept(answer: [chosen.responseHeader]) == chosen)
    }

    @Test("a client refuses an answer that does not fit its offer")
    func answers() throws {
        let plain = Self.plain
        #expect(try PermessageDeflate.accept(answer: []) == nil)
        #expect(
            try PermessageDeflate.accept(answer: ["permessage-deflate; server_no_context_takeover"])
                == PermessageDeflate())
        for bits in 8...15 {
            #expect(
                try PermessageDeflate.accept(answer: ["\(plain); server_max_window_bits=\(bits)"])?.serverMaxWindowBits
                    == bits)
        }
        for answer in [
            "permessage-deflate", "permessage-deflate; client_no_context_takeover", "x-webkit-deflate-frame",
            plain + ", permessage-deflate", plain + "; client_max_window_bits=12", plain + "; client_max_window_bits",
            plain + "; server_max_window_bits", plain + "; server_max_window_bits=16", plain + "; x",
            plain + "; server_no_context_takeover", plain + ";",
        ] {
            #expect(throws: PermessageDeflate.InvalidAnswer.self, "\(answer)") {
                try PermessageDeflate.accept(answer: [answer])
            }
        }
    }

    @Test(
        "garbage in the header never traps, and an answer names only what was understood", arguments: [UInt64(31), 32])
    func garbage(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "permessage-deflate", ";", ",", "=", "\"", "\\", " ", "\t", "server_max_window_bits", "10", "8", "é",
            "\u{0}",
            "client_max_window_bits", "server_no_context_takeover", "client_no_context_takeover", "x",
        ]
        for _ in 0..<20_000 {
            let value = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            guard let chosen = PermessageDeflate.negotiate(offers: [value]) else { continue }
            #expect(value.contains("permessage-deflate"))
            #expect(chosen == PermessageDeflate() || chosen == PermessageDeflate(serverMaxWindowBits: 10))
        }
    }
}
