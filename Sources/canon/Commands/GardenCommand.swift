import ArgumentParser
import CanonAudit
import CanonWire

/// `canon garden`: one concept after the other, from the worst problem to proof that it is gone.
struct GardenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "garden",
        abstract:
            "Tend the concepts one by one: find the worst, track it with evidence, and close it only when it is gone.",
        discussion: """
            A tracking file in docs/ssot holds what is known of one concept: impact, evidence, root causes, tests, plan, and boxes \
            that only measurements tick.

            EXAMPLES
              canon garden next                     the worst concept, as a new tracking file
              canon garden tests rooms --output tests/test_ssot_rooms.py
              canon garden update --tests junit.xml
              canon garden close docs/ssot/SSOT-duplicate-rooms.md --probe probe.json --stability stability.json
              canon garden list
            """,
        subcommands: [
            GardenNextCommand.self, GardenTestsCommand.self, GardenUpdateCommand.self, GardenCloseCommand.self,
            GardenListCommand.self,
        ]
    )
}

/// Where the program is, and where its tracking files are.
struct GardenOptions: ParsableArguments {
    @Option(help: "The folder with the program.", completion: .directory) var root = "."
    @Option(
        help: "The folder of the tracking files; default: docs/ssot in the program's folder.", completion: .directory)
    var folder: String?

    var files: GardenFolder { GardenFolder(root: root, named: folder) }
}

/// Answers for programs.
enum GardenJSON {
    static let schema = "canon.garden/1"

    static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(JSONObject([(key: "schema", value: .string(schema))] + members.map { (key: $0.key, value: $0.value) }))
    }

    static func harm(_ harm: ConceptHarm) -> JSONValue {
        [
            "total": .int(Int64(harm.total)), "consumers": .int(Int64(harm.consumers)),
            "wrong_paths": .int(Int64(harm.wrongPaths)), "implementations": .int(Int64(harm.implementations)),
            "shared_state": .int(Int64(harm.sharedState)),
            "shared_state_in_review": .int(Int64(harm.sharedStateInReview)),
        ]
    }

    static func print(_ value: JSONValue) { Terminal.output.writeLine(String(decoding: value.encoded, as: UTF8.self)) }
}
