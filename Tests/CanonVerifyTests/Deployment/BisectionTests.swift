import CanonVerify
import Testing

/// A history in memory: commits by number, each with its parents.
private struct History: CommitHistory {
    /// The first parent first.
    var graph: [String: [String]] = [:]

    func commit(named name: String) -> String? { graph[name] == nil ? nil : name }
    func parents(of commit: String) -> [String] { graph[commit] ?? [] }

    func isAncestor(_ commit: String, of other: String) -> Bool { ancestors(of: other).contains(commit) }

    func line(from: String, to: String) -> [String] {
        let known = ancestors(of: from)
        var line: [String] = []
        var at: String? = to
        while let commit = at, !known.contains(commit) {
            line.append(commit)
            at = graph[commit]?.first
        }
        return line.reversed()
    }

    func mergeBase(_ a: String, _ b: String) -> String? {
        let common = ancestors(of: a).intersection(ancestors(of: b))
        return common.first { one in !common.contains { $0 != one && ancestors(of: $0).contains(one) } }
    }

    private func ancestors(of commit: String) -> Set<String> {
        var found: Set<String> = []
        var open = [commit]
        while let next = open.popLast() {
            if found.insert(next).inserted { open += graph[next] ?? [] }
        }
        return found
    }
}

struct BisectionTests {
    @Test("on a line of any length the commit is found, with no more questions than halving needs", arguments: 1...64)
    func line(length: Int) throws {
        var history = History(graph: ["0": []])
        for number in 1...length { history.graph["\(number)"] = ["\(number - 1)"] }
        for culprit in 1...length {
            var asked = 0
            let search = Bisection(history) { commit in
                asked += 1
                return Int(commit)! >= culprit
            }
            #expect(try search.culprit(after: "0", upTo: "\(length)") == "\(culprit)")
            #expect(asked <= Int.bitWidth - length.leadingZeroBitCount)
        }
    }

    @Test("a merge is looked into, and the commit of its branch is named")
    func merge() throws {
        // m0 - m1 - m2 ------- m3 (merge) - m4
        //        \- b1 - b2 - b3 -/
        let history = History(graph: [
            "m0": [], "m1": ["m0"], "m2": ["m1"], "b1": ["m1"], "b2": ["b1"], "b3": ["b2"], "m3": ["m2", "b3"],
            "m4": ["m3"],
        ])
        let guilty: Set = ["b2", "b3", "m3", "m4"]
        #expect(try Bisection(history) { guilty.contains($0) }.culprit(after: "m0", upTo: "m4") == "b2")
    }

    @Test("a merge that brings it by itself is named")
    func evilMerge() throws {
        let history = History(graph: ["m0": [], "m1": ["m0"], "b1": ["m0"], "m2": ["m1", "b1"]])
        #expect(try Bisection(history) { $0 == "m2" }.culprit(after: "m0", upTo: "m2") == "m2")
    }

    @Test("a fix that came by a merge is where the search starts")
    func fixOnABranch() throws {
        // The fix b1 is merged by m1; m2 brings it back.
        let history = History(graph: ["m0": [], "b1": ["m0"], "m1": ["m0", "b1"], "m2": ["m1"], "m3": ["m2"]])
        #expect(try Bisection(history) { ["m0", "m2", "m3"].contains($0) }.culprit(after: "b1", upTo: "m3") == "m2")
    }
}
