import Synchronization

/// Numbers of 64 bits that look random and do not recur in this process: a counter from a random start, mixed by
/// splitmix64's finalizer, which is a bijection. The system's generator would cost a system call for each number.
enum DistinctNumbers {
  private static let start = UInt64.random(in: .min ... .max)
  private static let issued = Atomic<UInt64>(0)

  static func next() -> UInt64 {
    let (_, value) = issued.wrappingAdd(1, ordering: .relaxed)
    var mixed = start &+ value &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Makes the IDs that connect a request's log lines, its answer and its traces.
public enum RequestID {
  /// The longest ID that is accepted from a client: enough for a UUID with a prefix.
  public static let maxLength = 64

  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  /// A new ID of 13 characters (Crockford's base 32), unique in this process and unlikely to recur in another.
  ///
  /// A Swift string holds 13 characters without an allocation.
  public static func next() -> String {
    let mixed = DistinctNumbers.next()
    return String(unsafeUninitializedCapacity: 13) { bytes in
      for index in 0..<13 { bytes[index] = alphabet[Int(truncatingIfNeeded: (mixed >> (60 - 5 * index)) & 31)] }
      return 13
    }
  }

  /// Whether a client's ID is acceptable: 1 to 64 letters, digits, `.`, `_` and `-`, so that it cannot forge a log line
  /// or a header.
  public static func isAcceptable(_ id: String) -> Bool {
    let bytes = id.utf8
    guard !bytes.isEmpty, bytes.count <= maxLength else { return false }
    return bytes.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }
}
