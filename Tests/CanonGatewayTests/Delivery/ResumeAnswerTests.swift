import CanonStore
import Testing

@testable import CanonGateway

@Suite("How a cursor is answered")
struct ResumeAnswerTests {
    @Test("by what the log still has, and by whether the number can be believed")
    func table() {
        let table: [(cursor: Int64, isForeign: Bool, floor: Int64, head: Int64, answer: ResumeAnswer)] = [
            (0, false, 0, 0, .nothing(at: 0)),
            (0, false, 0, 9, .replay(from: 1, to: 9)),
            (5, false, 0, 9, .replay(from: 6, to: 9)),
            (9, false, 0, 9, .nothing(at: 9)),
            (10, false, 0, 9, .snapshot),
            (0, false, 4, 9, .snapshot),
            (3, false, 4, 9, .snapshot),
            (4, false, 4, 9, .replay(from: 5, to: 9)),
            (9, false, 9, 9, .nothing(at: 9)),
            (8, false, 9, 9, .snapshot),
            (9, true, 0, 9, .snapshot),
            (0, true, 0, 0, .snapshot),
        ]
        for row in table {
            let answer = ResumeAnswer(
                cursor: row.cursor, isForeign: row.isForeign, extent: LogExtent(floor: row.floor, head: row.head))
            #expect(answer == row.answer, "\(row)")
        }
    }
}
