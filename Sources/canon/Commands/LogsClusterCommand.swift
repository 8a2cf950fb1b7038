import ArgumentParser
import CanonLogs
import CanonWire
import Foundation

/// `canon logs cluster`: which lines of a log are of one kind.
struct LogsClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Group the lines of text logs by their template.",
        discussion: """
            A template is what lines of one kind have in common, with <*> where values stand. The header of a line (time, level, \
            process, component) is found by itself and is no part of it. Each physical line has one template, blank and \
            unreadable ones included, and the order of the lines has no influence. The CSV has a line for each line of the \
            file; the JSON (schema canon.log-templates/1) and the terminal have one for each template, most frequent first.

            Examples:
              canon logs cluster /var/log/syslog
              journalctl | canon logs cluster -
              canon logs cluster --format csv app.log app.log.1.gz > lines.csv

            Ends with status 0, with 2 for a command line that cannot be used, and with 3 when a file could not be read to its \
            end.
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case terminal, json, csv
    }

    @Argument(help: "Files, which may be compressed with gzip; - is standard input.", completion: .file())
    var files: [String]
    @Option(help: "How to print the clusters.") var format = Format.terminal
    @Option(help: "Distinct shapes of lines that are told apart; lines over that are counted by their number of words.")
    var maxShapes = MinerLimits.standard.shapes

    func validate() throws {
        guard maxShapes > 0 else { throw ValidationError("--max-shapes must be at least 1") }
    }

    func run() async throws {
        var clusters = LineClusters(limits: MinerLimits(shapes: maxShapes))
        var isComplete = true
        for file in files {
            do throws(SourceError) {
                try clusters.add(file == "-" ? FileSource.standardInput() : FileSource(path: file))
            } catch {
                isComplete = false
                Terminal.errors.writeLine("error: \(file.escapingControls): \(error.message) (at byte \(error.offset))")
            }
        }
        let templates = clusters.templates()
        switch format {
        case .csv: writeLines(of: clusters, templates)
        case .json: writeJSON(of: clusters, templates)
        case .terminal: writeTable(of: clusters, templates)
        }
        let tally = clusters.tally
        if tally.coarseMessages > 0 {
            Terminal.errors.writeLine(
                """
                warning: \(tally.coarseMessages) of \(tally.messages) lines have shapes over the cap of \(maxShapes) and are \
                told apart by their number of words only; raise --max-shapes
                """)
        }
        if tally.truncatedMessages > 0 {
            Terminal.errors.writeLine(
                "warning: of \(tally.truncatedMessages) very long lines only the start was looked at")
        }
        if !isComplete { throw ExitStatus.unknown }
    }

    private static func byFrequency(_ templates: TemplateSet) -> [Template] {
        templates.templates.sorted { ($1.count, $0.text) < ($0.count, $1.text) }
    }

    private func writeTable(of clusters: LineClusters, _ templates: TemplateSet) {
        var table = TableWriter(["LINES", "TEMPLATE"])
        for template in Self.byFrequency(templates) {
            table.add([
                TableWriter.Cell(String(template.count)),
                template.text.isEmpty ? TableWriter.Cell("(blank)", .dim) : TableWriter.Cell(template.text),
            ])
        }
        Terminal.output.write(table.render(on: .output))
        Terminal.output.writeLine("\(templates.templates.count) templates in \(clusters.tally.messages) lines")
    }

    private func writeJSON(of clusters: LineClusters, _ templates: TemplateSet) {
        let tally = clusters.tally
        let list = Self.byFrequency(templates).map { template in
            JSONValue.object([
                "id": .string(template.id.description), "template": .string(template.text),
                "lines": .int(Int64(clamping: template.count)), "shapes": .int(Int64(template.shapes.count)),
                "first_seen": template.first.map { .string(LogTime.text($0, milliseconds: true)) } ?? .null,
                "last_seen": template.last.map { .string(LogTime.text($0, milliseconds: true)) } ?? .null,
            ])
        }
        let report = JSONValue.object([
            "schema": "canon.log-templates/1", "lines": .int(Int64(clamping: tally.messages)),
            "lines_over_cap": .int(Int64(clamping: tally.coarseMessages)),
            "lines_cut": .int(Int64(clamping: tally.truncatedMessages)), "templates": .array(list),
        ])
        Terminal.output.write(report.encoded + [0x0A])
    }

    /// A row for each line. With several files, their names are the first column.
    private func writeLines(of clusters: LineClusters, _ templates: TemplateSet) {
        let names = files.map { Self.quoted($0) + "," }
        let hasNames = files.count > 1
        var text = Array(((hasNames ? "file," : "") + "line,template_id,template\n").utf8)
        var rows: [TemplateID: [UInt8]] = [:]
        clusters.forEachLine(of: templates) { source, number, template in
            if hasNames { text += names[source].utf8 }
            text += String(number).utf8
            if rows[template.id] == nil {
                rows[template.id] = Array(",\(template.id),\(Self.quoted(template.text))\n".utf8)
            }
            text += rows[template.id] ?? []
            if text.count > 1 << 16 {
                Terminal.output.write(text)
                text.removeAll(keepingCapacity: true)
            }
        }
        Terminal.output.write(text)
    }

    /// A field of RFC 4180.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
