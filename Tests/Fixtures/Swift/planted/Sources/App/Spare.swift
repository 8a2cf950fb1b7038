import Hub

struct Spare {
    let hub = SocketHub()
}
