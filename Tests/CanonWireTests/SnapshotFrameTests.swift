import CanonWire
import Testing

@Suite struct SnapshotFrameTests {
    @Test("a snapshot names its place, its messages and each open run, the latest one twice")
    func members() {
        let first = ServerFrame.OpenRun(run: RunID("r1"), agent: "a", message: nil, text: "")
        let second = ServerFrame.OpenRun(run: RunID("r2"), agent: "a", message: MessageID("m"), text: "so far")
        let frame = ServerFrame.snapshot(
            ThreadID("t"), at: 7, epoch: "e", messages: [["id": "m0"]], isTruncated: true, openRuns: [first, second]
        ).object
        let latest: JSONValue = ["run_id": "r2", "agent_name": "a", "message_id": "m", "text": "so far"]
        #expect(
            frame == [
                "type": "snapshot", "thread_id": "t", "at": 7, "epoch": "e", "messages": [["id": "m0"]],
                "truncated": true, "open_run": latest,
                "open_runs": [["run_id": "r1", "agent_name": "a", "message_id": nil, "text": ""], latest],
            ])
        #expect(frame["seq"] == nil)
    }

    @Test("a snapshot without an open run says so")
    func noOpenRun() {
        let frame = ServerFrame.snapshot(
            ThreadID("t"), at: 0, epoch: "e", messages: [], isTruncated: false, openRuns: []
        ).object
        #expect(frame["open_run"] == .null)
        #expect(frame["open_runs"] == [])
    }
}
