// Reads files by their paths from standard input and takes each through everything that reads untrusted bytes: decoding,
// tokens, grammar, tree, printing, facts and their stored form. Built with the address sanitizer by Scripts/python-fuzz.
//
// A file that takes longer than ten seconds ends the process by SIGALRM. The path is printed before the file is read, so
// that the last line names what was at fault.
import CanonFacts
import CanonPython
import Glibc

func fail(_ path: String, _ what: String) -> Never {
    print("FAILED \(path): \(what)")
    exit(1)
}

func peakMegabytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1024
}

func bytes(of path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { fail(path, "cannot be opened") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&chunk, 1, chunk.count, file)
        guard count > 0 else { return bytes }
        bytes += chunk[..<count]
    }
}

func fuzz() {
    var parsed = 0
    var broken = 0
    var stored: [UInt8] = []
    var memory = 0
    // One of each for all files: what one leaves behind must not harm the next.
    var readers = [PythonVersion.v3_8, .v3_11, .v3_14].map { Reader(version: $0) }
    while let path = readLine() {
        let line = Array((path + "\n").utf8)
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        let source = bytes(of: path)
        for index in readers.indices {
            alarm(10)
            let error = source.withUnsafeBytes { readers[index].read($0) }
            stored.removeAll(keepingCapacity: true)
            readers[index].facts.encode(into: &stored)
            guard let again = stored.withUnsafeBytes({ FileFacts(stored: $0) }), again == readers[index].facts else {
                fail(path, "stored facts differ")
            }
            if let error {
                broken += 1
                if error.line < 1 || error.column < 0 || error.message.isEmpty {
                    fail(path, "an error without a place: \(error)")
                }
            } else {
                parsed += 1
                if source.count < 20_000 { source.withUnsafeBytes { readers[index].print($0) } }
            }
            alarm(0)
        }
        if memory == 0, parsed + broken > 3000 { memory = peakMegabytes() }
    }
    print(
        "fuzzed: \(parsed) times parsed, \(broken) times refused, peak memory \(memory) MB after 1,000 files, \(peakMegabytes()) MB at the end"
    )
}

/// A class, because an array cannot hold what cannot be copied.
final class Reader {
    private var reader: PythonFactReader
    private var parser: PythonParser

    init(version: PythonVersion) {
        reader = PythonFactReader(version: version)
        parser = PythonParser(version: version)
    }

    var facts: FileFacts { reader.facts }

    func read(_ source: UnsafeRawBufferPointer) -> PythonDiagnostic? { reader.read(source) }

    func print(_ source: UnsafeRawBufferPointer) {
        _ = parser.parse(source)
        _ = parser.tree.dump(attributes: true)
        _ = parser.tree.json()
    }
}

fuzz()
