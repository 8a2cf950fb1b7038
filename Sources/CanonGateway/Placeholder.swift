import Hummingbird
import HummingbirdTLS
import JWTKit
enum P {}
