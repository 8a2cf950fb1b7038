import CanonCodeModel
import CanonFacts

/// Which files cannot be imported, and the one cause of each: a file that does not parse, or an import of what is not there,
/// in the file itself or in one that it imports.
struct FailingImports {
    /// What is wrong at the root of it.
    struct Cause: Hashable {
        /// The module that does not parse, or what is missing.
        var symbol: String
        var file: FileID
        var line: UInt32
        var text: String
        var isSyntax: Bool
    }

    /// Why a file fails: a cause of its own, or an import of a file that fails.
    private struct Failure {
        var cause: Int
        /// The statement, 0 when the file itself does not parse.
        var line: UInt32
        /// What is imported; nil at the root.
        var next: FileID?
    }

    private(set) var causes: [Cause] = []
    private var failures: [FileID: Failure] = [:]
    private let model: CodeModel

    init(_ context: borrowing RuleContext, _ broken: BrokenImports) {
        model = context.model
        var broken = broken
        var pending: [FileID] = []
        for index in model.files.indices {
            let file = FileID(rawValue: UInt32(index))
            if let error = model.files[index].facts.error {
                fail(
                    file, at: error.line,
                    Cause(
                        symbol: context.moduleName(of: file), file: file, line: error.line,
                        text: "does not parse: \(error.message)", isSyntax: true))
                pending.append(file)
            } else if let item = broken.imports(of: file).first(where: {
                $0.statement.context.isCertain && !$0.mayBeComputed
            }) {
                fail(
                    file, at: item.statement.line,
                    Cause(
                        symbol: item.symbol, file: file, line: item.statement.line,
                        text: model.text(of: item.statement, in: file), isSyntax: false))
                pending.append(file)
            }
        }
        spread(from: pending)
    }

    private mutating func fail(_ file: FileID, at line: UInt32, _ cause: Cause) {
        failures[file] = Failure(cause: causes.count, line: line, next: nil)
        causes.append(cause)
    }

    /// Whoever imports what fails, fails too; the shortest way is kept.
    private mutating func spread(from start: [FileID]) {
        var pending = start
        var next = 0
        while next < pending.count {
            let file = pending[next]
            next += 1
            guard let cause = failures[file]?.cause else { continue }
            for edge in model.importers(of: model.module(of: file)) {
                guard failures[edge.from] == nil, edge.context.isCertain, edge.from != file else { continue }
                failures[edge.from] = Failure(cause: cause, line: edge.line, next: file)
                pending.append(edge.from)
            }
        }
    }

    /// The line in the file that fails, the cause, and the way to it.
    func failure(of file: FileID) -> (line: Int, cause: Int)? { failures[file].map { (Int($0.line), $0.cause) } }

    /// The statements from a file to the root cause.
    func chain(from file: FileID) -> [(file: FileID, line: Int, text: String)] {
        var chain: [(file: FileID, line: Int, text: String)] = []
        var file = file
        while let failure = failures[file], chain.count < 30 {
            guard let next = failure.next else {
                let cause = causes[failure.cause]
                chain.append((file, Int(cause.line), cause.text))
                break
            }
            let name = model.modules[Int(model.module(of: next).rawValue)].name
            chain.append((file, Int(failure.line), "imports \(name)"))
            file = next
        }
        return chain
    }
}
