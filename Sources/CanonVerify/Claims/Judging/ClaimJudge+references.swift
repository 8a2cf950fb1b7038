extension ClaimJudge {
    func judge(path: String, line: Int?) -> ClaimJudgement {
        switch survey.find(path) {
        case .file(let found): return judge(line: line, of: [found], said: path)
        case .ending(let found): return judge(line: line, of: found, said: path)
        case .folder(let found): return .holds("the folder \(found) is there")
        case .missing(let near):
            return .fails(
                "there is no \(path)" + Self.nearText(near), near.map { EvidencePlace(path: $0, line: 0) })
        }
    }

    private static func nearText(_ near: [String]) -> String {
        near.isEmpty ? "" : "; what is near: " + near.joined(separator: ", ")
    }

    private func judge(line: Int?, of paths: [String], said: String) -> ClaimJudgement {
        let path = paths[0]
        guard let line else {
            let places = paths.prefix(3).map { EvidencePlace(path: $0, line: 0) }
            let others = paths.count > 1 ? " and \(String.counted(paths.count - 1, "other file"))" : ""
            return .holds("\(path)\(others) is there", Array(places))
        }
        for path in paths {
            if let text = lineText(path, line) {
                return .holds(
                    "line \(line) of \(path) is there; what is said of it is not checked",
                    [EvidencePlace(path: path, line: line, text: text.trimmed)])
            }
        }
        guard let bytes = evidence.bytes(of: path) else {
            return .open(.evidence, "\(path) cannot be read", remedy: "make the file readable")
        }
        let count = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).count
        return .fails(
            "\(path) has no line \(line)", [EvidencePlace(path: path, line: 0, text: "\(count) lines with text")])
    }

    func judge(absence path: String) -> ClaimJudgement {
        switch survey.find(path) {
        case .missing: return .holds("there is no \(path)")
        case .file(let found), .folder(let found):
            return .fails("\(found) is there", [EvidencePlace(path: found, line: 0)])
        case .ending(let found):
            return .fails("\(found[0]) is there", found.prefix(3).map { EvidencePlace(path: $0, line: 0) })
        }
    }

    func judge(commit id: String) -> ClaimJudgement {
        switch evidence.commit(id) {
        case .unknown(let reason, let remedy): return .open(.evidence, reason, remedy: remedy)
        case .known(nil): return .fails("the history has no commit \(id)")
        case .known(let commit?):
            let files = String.counted(commit.files.count, "file")
            let what = "\(commit.id.prefix(12)) of \(commit.day) changes \(files): \(commit.subject)"
            return .holds(commit.isContained ? what : what + "; \(evidence.basis.name) does not contain it")
        }
    }

    func judge(symbol name: String) -> ClaimJudgement {
        switch evidence.resolve(name) {
        case .unknown(let reason, let remedy): return .open(.evidence, reason, remedy: remedy)
        case .known(nil): return .fails("there is no \(name)")
        case .known(let symbol?):
            let other = symbol.name == name ? "" : ", by the name \(symbol.name)"
            return .holds("\(name) is a \(symbol.kind)\(other)", symbol.place.map { [$0] } ?? [])
        }
    }

    func judge(identifier name: String, isDenied: Bool) -> ClaimJudgement {
        let places: [EvidencePlace]
        switch evidence.definitions(of: name) {
        case .unknown(let reason, let remedy): return .open(.evidence, reason, remedy: remedy)
        case .known(let found): places = found.prefix(3).map(\.place)
        }
        let files = (survey.textMatches[.literal(name)] ?? []).filter { TreeSurvey.isSource($0.path) }
        if isDenied {
            return .open(
                .definition,
                "where \(name) should be missing is not said; it stands in \(String.counted(files.count, "source file"))",
                remedy: "name the file that lacks it", places)
        }
        if !places.isEmpty { return .holds("\(name) is declared", places) }
        if let first = files.first {
            return .holds(
                "\(name) is declared nowhere, but stands in \(String.counted(files.count, "source file"))",
                [EvidencePlace(path: first.path, line: 0)])
        }
        return .fails("no source file has the name \(name)")
    }

    func judge(definition name: String, path: String) -> ClaimJudgement {
        let paths: [String]
        switch survey.find(path) {
        case .file(let found): paths = [found]
        case .ending(let found): paths = found
        case .folder(let found): return .fails("\(found) is a folder")
        case .missing(let near): return .fails("there is no \(path)" + Self.nearText(near))
        }
        for path in paths {
            switch evidence.declarations(in: path) {
            case .unknown(let reason, let remedy): return .open(.evidence, reason, remedy: remedy)
            case .known(let declarations):
                guard let found = declarations.last(where: { $0.name == name }) else { continue }
                let how =
                    switch found.kind {
                    case .type: "is a type of \(path)"
                    case .function: "is a function of \(path)"
                    case .value: "is bound in \(path), to what is declared elsewhere"
                    case .importing: "is imported into \(path), and declared elsewhere"
                    }
                return .holds("\(name) \(how)", [found.place])
            }
        }
        let elsewhere = (evidence.definitions(of: name).value ?? []).map(\.place)
        return .fails(
            "\(paths[0]) has no \(name)" + (elsewhere.first.map { "; it is in \($0.path)" } ?? ""),
            Array(elsewhere.prefix(3)))
    }

    // MARK: Commands

    /// Never run: the script, the module and the test that a command names have to be there, and its options have to stand in the
    /// script.
    func judge(command: String) -> ClaimJudgement {
        var words = command.split(separator: " ").map(String.init)
        if let end = words.firstIndex(where: { ["|", "&&", ";", "||", ">", "2>&1"].contains($0) }) {
            words = Array(words[..<end])
        }
        var script: String?
        var checked: [String] = []
        var places: [EvidencePlace] = []
        var index = words.first.map { $0.hasPrefix("./") } == true ? 0 : 1
        while index < words.count {
            let word = words[index].filter { $0 != "\"" && $0 != "'" }
            index += 1
            if word == "-m", index < words.count, words[0].hasPrefix("python") {
                let module = words[index]
                index += 1
                guard survey.folders.contains(String(module.prefix { $0 != "." })) || module.contains(".") else {
                    continue
                }
                if case .known(nil) = evidence.resolve(module) { return .fails("there is no module \(module)") }
                checked.append(module)
                continue
            }
            guard !word.hasPrefix("-"), Self.isFile(word) else { continue }
            let parts = word.replacing("::", with: "\u{0}").split(separator: "\u{0}").map(String.init)
            switch survey.find(parts[0]) {
            case .missing(let near):
                return .fails(
                    "cannot be run: there is no \(parts[0])" + Self.nearText(near),
                    near.map { EvidencePlace(path: $0, line: 0) })
            case .ending(let found):
                return .fails(
                    "cannot be run from the root: there is no \(parts[0]), but \(found[0])",
                    [EvidencePlace(path: found[0], line: 0)])
            case .folder(let found): checked.append(found)
            case .file(let found):
                if script == nil { script = found }
                checked.append(found)
                places.append(EvidencePlace(path: found, line: 0))
                if parts.count > 1, let test = parts.last.map({ String($0.prefix { $0 != "[" }) }),
                    let declarations = evidence.declarations(in: found).value,
                    !declarations.contains(where: { $0.name == test })
                {
                    return .fails("\(found) has no \(test)", places)
                }
            }
        }
        guard !checked.isEmpty else {
            return .open(.outside, "\(words.first ?? command) is no part of the tree; commands are never run")
        }
        if words[0].hasPrefix("python"), !words.contains("-m"), let script, let bytes = evidence.bytes(of: script) {
            let options = words.filter { $0.hasPrefix("--") }.map { String($0.prefix { $0 != "=" }) }
            for option in options where WordSearch([.literal(option)]).found(in: bytes).isEmpty {
                return .open(
                    .evidence,
                    "\(script) is there, but does not hold its option \(option), which another file may define",
                    remedy: "run it with --help; commands are never run here", places)
            }
        }
        return .holds("\(checked.joined(separator: ", ")) is there; the command was not run", places)
    }

    private static func isFile(_ word: String) -> Bool {
        guard !word.contains(where: { "*<>{}$=".contains($0) }), !word.contains("://") else { return false }
        let path = word.replacing("::", with: "\u{0}").prefix { $0 != "\u{0}" }
        return TreeSurvey.isSource(String(path)) || path.dropFirst().contains("/")
    }
}
