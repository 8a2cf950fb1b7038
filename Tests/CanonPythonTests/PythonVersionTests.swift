import Testing

@testable import CanonPython

@Test("versions are read from their names") func versions() {
    #expect(PythonVersion("3.11") == .v3_11)
    #expect(PythonVersion("3.7") == nil)
    #expect(PythonVersion("3.15") == nil)
}
