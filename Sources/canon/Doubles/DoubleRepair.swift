import CanonAudit
import CanonCodeModel
import CanonPython

/// Gives doubles of one file the methods that their classes promise and they lack, as methods that fail.
///
/// A file is changed whole or not at all: the result parses, and the audit of the program with it finds that nothing is missing there.
struct DoubleRepair {
    let path: String
    let before: [UInt8]
    let after: [UInt8]
    /// How many methods were added.
    let added: Int

    /// - Parameter contracts: of doubles in the file.
    /// - Throws: `ClassBody.Refusal` when it cannot be done.
    init(path: String, bytes: [UInt8], contracts: [DoubleContract], version: PythonVersion) throws(ClassBody.Refusal) {
        self.path = path
        before = bytes
        var bytes = bytes
        var added = 0
        // From the end, so that the lines of the others stay what they are.
        for contract in contracts.sorted(by: { $0.line > $1.line }) {
            let stubs = contract.missing.compactMap(\.stub)
            guard !stubs.isEmpty else { continue }
            bytes = try ClassBody(at: contract.line, in: bytes, version: version).adding(stubs)
            added += stubs.count
        }
        var parser = PythonParser(version: version)
        if let problem = bytes.withUnsafeBytes({ parser.parse($0) }) {
            throw ClassBody.Refusal("what would be written does not parse: line \(problem.line): \(problem.message)")
        }
        after = bytes
        self.added = added
    }

    var patch: UnifiedDiff { UnifiedDiff(path: path, before: before, after: after) }

    /// Whether doubles of the file still lack something when it is as repaired, by the rule itself.
    static func stillMissing(in repairs: [DoubleRepair], of input: Audit.Input, version: PythonVersion) -> Set<String> {
        var input = input
        var reader = PythonFactReader(version: version)
        for repair in repairs {
            guard let index = input.files.firstIndex(where: { $0.path == repair.path }) else { continue }
            _ = repair.after.withUnsafeBytes { reader.read($0) }
            input.files[index] = CodeFile(path: repair.path, facts: reader.facts)
        }
        let drifted = DoubleContract.drifted(in: Audit(input).context)
        return Set(drifted.filter { !$0.missing.isEmpty }.map(\.path)).intersection(repairs.map(\.path))
    }
}
