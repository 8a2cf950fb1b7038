import Hub
import Journal
import Wire

let server = Server()
let journal = Journal()
