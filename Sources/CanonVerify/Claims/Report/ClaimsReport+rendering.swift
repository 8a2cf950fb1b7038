import CanonAudit

extension ClaimsReport {
    public var json: [UInt8] { VerifyJSON.bytes(self) }

    /// A line of a table on a terminal.
    public struct TableRow: Hashable, Sendable {
        public var verdict: ClaimVerdict
        /// `issue.md:12:3`
        public var place: String
        public var quote: String
        /// The reason, and for what is not checkable the remedy.
        public var answer: String
    }

    public var tableRows: [TableRow] {
        statements.map {
            TableRow(verdict: $0.verdict, place: $0.place.text, quote: $0.quote, answer: $0.answer)
        }
    }

    /// One line for each contradiction and each of its sides.
    public var contradictionLines: [String] {
        contradictions.flatMap { contradiction in
            [contradiction.text]
                + contradiction.sides.map {
                    "  \($0.place.text)  \($0.says)\($0.mood == .fact ? "" : " (\($0.mood.rawValue))"): \($0.quote)"
                }
        }
    }

    /// `12 reproduced, 3 contradicted, 5 not checkable; 8 plans, goals and examples not judged`
    public var summary: String {
        let counts = counts
        return
            "\(counts.reproduced) reproduced, \(counts.contradicted) contradicted, \(counts.notCheckable) not checkable; "
            + "\(counts.notJudged) plans, goals and examples not judged"
    }

    /// For an issue or a pull request.
    public var markdown: String {
        var text = "# Claims\n\nHeld against \(MarkdownText.escaped(basis.name)): \(summary).\n"
        text +=
            "\n| Document | Day | Reproduced | Contradicted | Not checkable | Not judged |\n|---|---|---:|---:|---:|---:|\n"
        for document in documents {
            let counts = document.counts
            text +=
                "| \(MarkdownText.escaped(document.name)) | \(document.day ?? "") | \(counts.reproduced) | "
                + "\(counts.contradicted) | \(counts.notCheckable) | \(counts.notJudged) |\n"
        }
        for document in documents {
            if let note = document.note { text += "\n\(MarkdownText.escaped(document.name)) \(note).\n" }
        }
        for verdict in [ClaimVerdict.contradicted, .notCheckable, .reproduced] {
            let rows = statements.filter { $0.verdict == verdict }
            guard !rows.isEmpty else { continue }
            text += "\n## \(verdict.rawValue.prefix(1).uppercased())\(verdict.rawValue.dropFirst())\n\n"
            text += "| Place | Statement | \(verdict == .contradicted ? "What is right" : "Why") |\n|---|---|---|\n"
            for row in rows {
                text +=
                    "| `\(MarkdownText.code(row.place.text))` | \(MarkdownText.escaped(row.quote.shortened)) | "
                    + "\(MarkdownText.escaped(row.answer)) |\n"
            }
        }
        if !contradictions.isEmpty {
            text += "\n## Contradictions between statements\n\n"
            for contradiction in contradictions {
                text += "- \(MarkdownText.escaped(contradiction.text))\n"
                for side in contradiction.sides {
                    let mood = side.mood == .fact ? "" : " (\(side.mood.rawValue))"
                    text +=
                        "  - `\(MarkdownText.code(side.place.text))` \(MarkdownText.escaped(side.says))\(mood): "
                        + "\(MarkdownText.escaped(side.quote.shortened))\n"
                }
            }
        }
        if !incomplete.isEmpty {
            text += "\n## Not read\n\n"
            for path in incomplete { text += "- `\(MarkdownText.code(path))`\n" }
        }
        return text
    }
}

extension ClaimsReport.Row {
    /// The reason, then the first place with what stands there, then the remedy.
    var answer: String {
        var answer = reason
        if let place = evidence.first, place.line > 0 {
            answer += " (\(place.path):\(place.line)" + (place.text.isEmpty ? "" : ": \(place.text.shortened)") + ")"
        }
        if let remedy { answer += "; to check it: \(remedy)" }
        return answer
    }
}

extension ClaimStatement.Place {
    /// `issue.md:12:3`
    public var text: String { "\(file):\(line):\(column)" }
}

extension String {
    fileprivate var shortened: String { count > 160 ? prefix(157) + "..." : self }
}
