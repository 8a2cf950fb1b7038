import ArgumentParser
import CCanonVersion

@main struct Canon: ParsableCommand { mutating func run() { print(String(cString: canon_commit())) } }
