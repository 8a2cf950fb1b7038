import CanonWire
import Testing

@Suite("Client messages")
struct ClientMessageDecoderTests {
    private let decoder = ClientMessageDecoder()

    private func user(
        _ text: String, thread: String? = nil, id: String? = nil, type: MessageType = .userMessage
    ) -> ClientMessage {
        .user(.init(text: text, thread: thread.map { ThreadID($0) }, clientMessageID: id, type: type))
    }

    @Test("each form in which clients of the platform send a message is understood")
    func realForms() throws {
        let forms: [(String, ClientMessage)] = [
            (
                #"{"type":"start_agent","payload":{"user_request":"hi","thread_id":null,"context":{"source":"message_input"},"settings":{}}}"#,
                user("hi", type: .startAgent)
            ),
            (#"{"type":"user_message","payload":{"content":"hi","references":[],"thread_id":"t1"}}"#, user("hi", thread: "t1")),
            (#"{"type":"user_message","payload":{"text":"hi","admin_context":{}},"timestamp":1,"correlation_id":"c"}"#, user("hi")),
            (#"{"type":"chat","message":"hi","thread_id":"t1","optimistic_id":"o1"}"#, user("hi", thread: "t1", id: "o1", type: .chat)),
            (#"{"type":"chat_message","data":{"message":"hi","thread_id":"t1","user_id":"u"}}"#, user("hi", thread: "t1")),
            (#"{"type":"chat_message","content":"hi","user_id":"u","timestamp":"2025-01-01T00:00:00Z"}"#, user("hi")),
            (#"{"type":"user_message","data":{"content":"hi","user_id":"u"}}"#, user("hi")),
            (#"{"type":"user_message","user_id":"u","thread_id":"t1","run_id":"r","message":"hi"}"#, user("hi", thread: "t1")),
            (#"{"type":"execute_agent","payload":{"query":"hi"},"message_id":"m"}"#, user("hi", id: "m", type: .startAgent)),
            (#"{"type":"EXECUTE_AGENT","payload":{"request":{"query":"hi"}}}"#, user("hi", type: .startAgent)),
            (#"{"type":"agent","payload":{"request":"hi"}}"#, user("hi", type: .agentRequest)),
            (#"{"type":"user_input","content":"","message":"  ","text":"hi"}"#, user("hi")),
            (#"{"type":"user","payload":{"content":"a"},"data":{"content":"b"}}"#, user("a")),
            (#"{"type":"message","payload":null,"data":{"content":"b","threadId":"t2"}}"#, user("b", thread: "t2")),
            (#"{"type":"user_message","payload":{"content":"hi","client_msg_id":"in"},"client_msg_id":"out"}"#, user("hi", id: "out")),
            (#"{"type":"stop_agent","payload":{}}"#, .stop(run: nil, thread: nil)),
            (#"{"type":"stop_agent","payload":{"run_id":"r1"}}"#, .stop(run: RunID("r1"), thread: nil)),
            (#"{"type":"session_restore","payload":{"threadId":"t","lastMessageId":"m","connectionId":"c"}}"#,
                .sessionRestore(thread: ThreadID("t"), lastMarker: "m")),
            (#"{"type":"resume","threads":{"a":0,"b":12},"epoch":"e"}"#,
                .resume(.init(cursors: [.init(thread: ThreadID("a"), seq: 0), .init(thread: ThreadID("b"), seq: 12)], epoch: "e"))),
            (#"{"type":"disconnect","payload":{"connectionId":"c","reason":"page_unload"}}"#, .disconnect),
            (#"{"type":"connected"}"#, .connect), (#"{"type":"legacy_heartbeat"}"#, .heartbeat),
            (#"{"type":"heartbeat_ack"}"#, .acknowledgement), (#"{"type":"event_confirmation","event_id":"e"}"#, .acknowledgement),
            (#"{"type":"typing","thread_id":"t"}"#, .typing(type: .userTyping, thread: ThreadID("t"))),
            (#"{"type":"auth","token":"x"}"#, .authenticate(token: "x")),
            (#"{"type":"ping","timestamp":5}"#, .ping(["timestamp": 5])), (#"{"type":"ping","payload":"x"}"#, .ping("x")),
            (#"{"type":"ping","data":[1]}"#, .ping([1])), (#"{"type":"list_threads"}"#, .thread(.list)),
            (#"{"type":"create_thread","payload":{"title":"x"}}"#, .thread(.create(nil, title: "x"))),
            (#"{"type":"rename_thread","payload":{"thread_id":"t","title":"x"}}"#, .thread(.rename(ThreadID("t"), title: "x"))),
            (#"{"jsonrpc":"2.0","method":"m","id":7}"#, .jsonRPC(method: "m", id: 7)),
            (#"{"jsonrpc":"2.0","method":"m"}"#, .jsonRPC(method: "m", id: nil)),
            (#"{"type":"direct_message","x":1}"#, .unknown(type: "direct_message")),
        ]
        for (text, message) in forms {
            #expect(try decoder.decode(text.utf8).message == message, "\(text)")
        }
    }

    @Test("every alias stands for the type of the platform's map")
    func aliases() throws {
        for (alias, type) in MessageType.aliases {
            #expect(MessageType(wire: alias) == type)
            #expect(MessageType(rawValue: alias) == nil, "\(alias) is an alias of another type and a type itself")
        }
    }

    @Test("what cannot be used is refused with a code, the member, and the id of the message")
    func refusals() {
        let long = String(repeating: "é", count: 16 * 1024 + 1)
        let refusals: [(String, WireError.Code, String?)] = [
            ("{", .jsonParseError, nil), ("[1]", .invalidField, nil), ("{}", .invalidField, "type"),
            (#"{"type":7}"#, .invalidField, "type"), (#"{"type":""}"#, .invalidField, "type"),
            (#"{"type":"user_message","payload":"hi"}"#, .invalidField, "payload"),
            (#"{"type":"user_message","payload":{}}"#, .invalidField, "content"),
            (#"{"type":"user_message","content":"   "}"#, .invalidField, "content"),
            (#"{"type":"user_message","content":5}"#, .invalidField, "content"),
            (#"{"type":"start_agent","payload":{"request":[1]}}"#, .invalidField, "request"),
            (#"{"type":"chat","message":"hi","thread_id":5}"#, .invalidField, "thread_id"),
            (#"{"type":"chat","message":"hi","thread_id":"a b"}"#, .invalidField, "thread_id"),
            (#"{"type":"chat","message":"hi","thread_id":"\#(String(repeating: "x", count: 201))"}"#, .invalidField, "thread_id"),
            (#"{"type":"chat","message":"hi","client_msg_id":5}"#, .invalidField, "client_msg_id"),
            (#"{"type":"chat","message":"\#(long)"}"#, .tooLong, "content"),
            (#"{"type":"chat","message":NaN}"#, .jsonParseError, nil),
            (#"{"type":"resume"}"#, .invalidField, "threads"), (#"{"type":"resume","threads":[]}"#, .invalidField, "threads"),
            (#"{"type":"resume","threads":{"a":-1}}"#, .invalidField, "threads.a"),
            (#"{"type":"resume","threads":{"a":1.5}}"#, .invalidField, "threads.a"),
            (#"{"type":"session_restore","payload":{}}"#, .invalidField, "thread_id"),
            (#"{"type":"auth"}"#, .invalidField, "token"), (#"{"type":"rename_thread","thread_id":"t"}"#, .invalidField, "title"),
            (#"{"message_type":"chunked_start","message_id":"m","total_chunks":2}"#, .notSupported, nil),
            (#"{"message_type":"chunked_data","metadata":{},"data":"aGk="}"#, .notSupported, nil),
            (#"{"type":"agent_started","data":{"agent_name":"x"}}"#, .forbidden, "type"),
            (#"{"type":"agent_completed"}"#, .forbidden, "type"), (#"{"type":"broadcast","message":"x"}"#, .forbidden, "type"),
        ]
        for (text, code, field) in refusals {
            do {
                let envelope = try decoder.decode(text.utf8)
                Issue.record("\(text.prefix(80)) was taken as \(envelope.message)")
            } catch {
                #expect(error.code == code, "\(text.prefix(80)): \(error)")
                #expect(error.field == field, "\(text.prefix(80)): \(error)")
                #expect(!error.message.isEmpty)
            }
        }
        do {
            _ = try decoder.decode(#"{"type":"chat","message":1,"client_msg_id":"c1"}"#.utf8)
        } catch {
            #expect(error.clientMessageID == "c1" && error.requestType == "chat")
        }
    }

    @Test("a text of exactly the limit is taken")
    func textLimit() throws {
        let text = String(repeating: "x", count: 32 * 1024)
        let envelope = try decoder.decode(#"{"type":"chat","message":"\#(text)"}"#.utf8)
        #expect(envelope.message == user(text, type: .chat))
    }

    @Test("ids that a client claims are noticed and not used")
    func claims() throws {
        let envelope = try decoder.decode(#"{"type":"chat","message":"hi","user_id":"other","run_id":"mine"}"#.utf8)
        #expect(envelope.claimedUser == "other")
        #expect(envelope.claimedRun)
        let stop = try decoder.decode(#"{"type":"stop_agent","payload":{"run_id":"r"}}"#.utf8)
        #expect(!stop.claimedRun)
    }
}
