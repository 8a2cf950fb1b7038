import CanonTestSupport
import CanonVerify
import CanonWire
import Foundation
import Testing

/// Issues that a tracker dumped, made into claims.
struct ImportTests {
    private static let ids = (0..<16).map {
        String(format: "%x", $0) + "bc" + String(repeating: "\($0 % 10)d", count: 18) + "a"
    }

    private let concepts = ConceptNames([
        ("rooms", "shop.rooms.RoomManager"), ("cart-store", "shop.cart.Store"), ("cart", "shop.cart.Cart"),
    ])

    private func text(_ value: JSONValue) -> String { String(decoding: value.encoded, as: UTF8.self) }

    private func dump(_ issues: JSONValue) throws -> IssueDump { try IssueDump(issues.encoded) }

    private func draft(_ issue: JSONObject, _ commits: [(id: String, message: String)] = []) throws -> ClaimDraft {
        var issue = issue
        issue["number"] = issue["number"] ?? 12
        issue["title"] = issue["title"] ?? "One of it"
        issue["state"] = issue["state"] ?? "CLOSED"
        let dump = try dump([.object(issue)])
        let index = CommitIndex(
            commits.enumerated().map { .init(id: $1.id, time: Int64($0), message: $1.message) },
            repository: dump.issues.first?.repository)
        return ClaimDraft(try #require(dump.issues.first), commits: index, concepts: concepts)
    }

    // MARK: Dumps

    @Test("issues are read as gh, REST, a search, joined pages and lines give them")
    func shapes() throws {
        let gh: JSONValue = [
            "number": 3, "title": "T", "state": "CLOSED", "body": nil, "labels": [["name": "rooms"]],
            "comments": [["body": "done", "author": ["login": "a"]]], "url": "https://github.com/acme/shop/issues/3",
        ]
        let rest: JSONValue = [
            "number": 4, "title": "U", "state": "closed", "state_reason": "not_planned", "labels": ["rooms"],
            "comments": 2,
            "html_url": "https://github.com/acme/shop/issues/4", "closed_at": "2025-09-15T20:03:01Z",
        ]
        let pull: JSONValue = ["number": 5, "title": "V", "state": "closed", "pull_request": ["url": "x"]]
        let all = try dump([gh, rest, pull, gh])
        #expect(all.issues.map(\.number) == [3, 4])
        #expect(all.issues.map(\.state) == [.completed, .dropped])
        #expect(all.issues.map(\.labels) == [["rooms"], ["rooms"]])
        #expect(all.issues[0].comments == ["done"] && all.issues[1].comments.isEmpty)
        #expect(all.issues.allSatisfy { $0.repository == "acme/shop" })
        #expect(all.pulls == 1 && all.repeated == 1)
        #expect(try dump(["total_count": 2, "items": [gh, rest]]).issues == all.issues)
        #expect(try dump([[gh], [rest, pull]]).issues == all.issues)
        #expect(try dump(gh).issues.map(\.number) == [3])
        let lines = text(gh) + "\n\n" + text(rest) + "\n"
        #expect(try IssueDump(Array(lines.utf8)).issues == all.issues)
        #expect(try dump([]).issues.isEmpty)
    }

    @Test(
        "what is no list of issues is told with its place",
        arguments: [
            ("", "is no JSON"), ("[{\"number\": 1}][", "--slurp"), ("[7]", "entry 1 is a number"),
            ("[{\"title\": \"x\"}]", "entry 1 has no number"),
            ("[{\"number\": 1, \"state\": \"open\"}]", "issue 1 has no title"),
            ("[{\"number\": 1, \"title\": \"x\"}]", "add state"), ("[{\"number\": -1, \"title\": \"x\"}]", "no number"),
            (
                "[{\"number\":1,\"title\":\"x\",\"state\":\"open\",\"url\":\"https://github.com/a/b/issues/1\"},"
                    + "{\"number\":1,\"title\":\"x\",\"state\":\"open\",\"url\":\"https://github.com/a/c/issues/1\"}]",
                "one repository at a time"
            ),
        ])
    func malformed(text: String, message: String) {
        let error = #expect(throws: IssueDump.Malformed.self) { try IssueDump(Array(text.utf8)) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    // MARK: Commits

    @Test("a commit that says it closes the issue is the fix, and of several the newest")
    func closingWords() throws {
        let found = try draft(
            ["url": "https://github.com/acme/shop/issues/12"],
            [
                (Self.ids[0], "Start\n\nFixes #12"), (Self.ids[1], "More\n\ncloses: acme/Shop#12, and more"),
                (Self.ids[2], "Refer to #12"), (Self.ids[3], "Fixes #121"), (Self.ids[4], "Fixes other/shop#12"),
                (Self.ids[5], "prefix #12"), (Self.ids[6], "Fixes the room #12x"),
            ])
        #expect(found.fix?.value == Self.ids[1])
        #expect(found.fixNotes == ["so does an earlier one: \(Self.ids[0].prefix(12))"])
        for words in ["Resolved GH-12", "FIXED #12.", "close: #12"] {
            #expect(try draft([:], [(Self.ids[0], words)]).fix?.value == Self.ids[0], "\(words)")
        }
    }

    @Test("what the tracker says goes before what texts say; the merge of a pull request counts by its number")
    func tracker() throws {
        let commits = [
            (Self.ids[0], "Fixes #12"), (Self.ids[1], "One manager (#77)"),
            (Self.ids[2], "Merge pull request #78 from a/b"),
            (Self.ids[3], "Plain"),
        ]
        let closed = try draft(
            [
                "events": [
                    ["event": "closed", "commit_id": .string(Self.ids[3])], ["event": "labeled", "commit_id": nil],
                ]
            ], commits)
        #expect(closed.fix?.value == Self.ids[3])
        #expect(
            try draft(["closedByPullRequestsReferences": [["number": 77]]], Array(commits.dropFirst())).fix?.value
                == Self.ids[1])
        #expect(
            try draft(["closedByPullRequestsReferences": [["number": 78]]], Array(commits.dropFirst())).fix?.value
                == Self.ids[2])
        let lost = try draft(["closedByPullRequestsReferences": [["number": 79]]], commits.dropLast(4))
        #expect(lost.fix == nil)
        #expect(lost.fixNotes == ["closed by pull request #79, whose merge is not in this repository"])
        let rewritten = try draft(["events": [["event": "closed", "commit_id": "feedbeef01"]]], commits.dropLast(4))
        #expect(rewritten.fix == nil && rewritten.fixNotes.count == 1)
    }

    @Test("a commit that a text names counts when it is the only one, is there, and is not called the cause")
    func mentions() throws {
        let commits = Self.ids.map { (id: $0, message: "Change") }
        func named(_ body: String, _ comments: [String] = []) throws -> ClaimDraft {
            try draft(["body": .string(body), "comments": .array(comments.map { ["body": .string($0)] })], commits)
        }
        let (a, b) = (Self.ids[10], Self.ids[11])
        #expect(try named("", ["Done in `\(a.prefix(8))`."]).fix?.value == a)
        #expect(try named("\(a.prefix(7)) and again \(a)").fix?.value == a)
        #expect(try named("Done in \(a.prefix(8).uppercased())").fix?.value == a)
        let several = try named("Done in \(a.prefix(8)), then \(b.prefix(8))")
        #expect(several.fix == nil && several.fixNotes.count == 2)
        let cause = try named("It was introduced in \(a.prefix(8))")
        #expect(cause.fix == nil)
        #expect(cause.fixNotes.first?.hasPrefix("named as a cause: \(a.prefix(12))") == true)
        #expect(try named("Introduced in \(a.prefix(8)).\nDone in \(b.prefix(8)).").fix?.value == b)
        #expect(try named("Done in 0123abc9, 1234567 and deadbeef").fix == nil)
        // Not the beginning of one id alone.
        #expect(
            CommitIndex([.init(id: "aab1", time: 0, message: ""), .init(id: "aab2", time: 0, message: "")]).commit(
                "aab") == nil)
    }

    // MARK: Concepts

    @Test(
        "a concept is named at the borders of words, in any way of writing, and only by what the manifest has",
        arguments: [
            ("One room manager", ["rooms"]), ("Rooms are two", ["rooms"]), ("bathrooms", []), ("broom", []),
            ("Two RoomManager classes", ["rooms"]), ("CartStore twice", ["cart-store"]),
            ("cart_stores", ["cart-store"]),
            ("The cart store", ["cart-store"]), ("Cart and rooms", ["rooms", "cart"]), ("discarted", []), ("", []),
            ("HTTPRooms", []), ("see `shop.cart.Cart`", ["cart"]),
        ] as [(String, [String])])
    func names(text: String, expected: [String]) {
        #expect(concepts.named(in: text) == expected)
    }

    @Test("the concept comes from the title, else a label, else the body; where several are named, from none")
    func concept() throws {
        #expect(try draft(["title": "Rooms", "body": "cart"]).concept?.value == "rooms")
        #expect(try draft(["labels": ["cart"], "body": "rooms"]).concept?.value == "cart")
        #expect(try draft(["body": "of rooms"]).concept?.value == "rooms")
        let several = try draft(["title": "Cart and rooms", "labels": ["cart"]])
        #expect(several.concept == nil && several.conceptNote == "the title names several: rooms, cart")
        #expect(try draft([:]).conceptNote == "the issue names none of the manifest's: rooms, cart-store, cart")
    }

    // MARK: The file

    @Test("whatever issues hold, the file is one that canon verify reads", arguments: 0..<30)
    func file(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "\n", "\r", "\"", "\\", ": ", " #", "'", "\u{85}", "\u{2028}", "\u{FEFF}", "\u{1B}[31m", "\u{0}", "rooms",
            "- x", "{", "é",
            Self.ids[10], "😀", "\t", "claims:",
        ]
        func text() -> JSONValue {
            .string(
                (0..<Int.random(in: 0...8, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined())
        }
        var issues: [JSONValue] = []
        for number in 1...Int.random(in: 1...12, using: &random) {
            issues.append([
                "number": .int(Int64(number)), "title": text(), "body": text(),
                "state": Bool.random(using: &random) ? "open" : "closed",
                "labels": [text()], "comments": [["body": text()]],
            ])
        }
        let dump = try dump(.array(issues))
        let drafted = ClaimsDraftFile(dump, source: "a\nb", concepts: concepts) { _ in
            CommitIndex(Self.ids.map { .init(id: $0, time: 0, message: "") })
        }
        let file = try ClaimsFile(yaml: drafted.yaml, path: "claims.yaml")
        let closed = dump.issues.filter { $0.state == .completed }
        #expect(file.claims.map(\.id) == closed.map { "\($0.number)" }, "seed \(seed)")
        // A mark of byte order is no text.
        let titles = closed.map { String($0.title.unicodeScalars.filter { $0.value != 0xFEFF }.map(Character.init)) }
        #expect(
            file.claims.map { Array($0.title.unicodeScalars) } == titles.map { Array($0.unicodeScalars) },
            "seed \(seed)")
        #expect(file.claims.map(\.fix) == drafted.drafts.map { $0.fix?.value }, "seed \(seed)")
        #expect(file.claims.map(\.concept) == drafted.drafts.map { $0.concept?.value ?? "unknown" }, "seed \(seed)")
        #expect(file.claims.allSatisfy(\.isClosed) && file.deployments.isEmpty)
    }

    @Test("commits are read from what git writes, messages of several lines and empty ones")
    func log() {
        let text =
            "\(Self.ids[1])\n10\nOne\n\nFixes #1\n\u{0}\n\(Self.ids[2])\n11\n\u{0}\n\(Self.ids[3])\n12\nFixes #1\u{0}\n"
        let index = CommitIndex(log: Array(text.utf8))
        #expect(index.commits(closing: 1) == [Self.ids[3], Self.ids[1]])
        #expect(index.commit(String(Self.ids[2].prefix(9))) == Self.ids[2])
    }
}
