/// What was looked up lately, up to some bytes: two halves, of which the older one is dropped when the younger one is full.
/// What is found in the older one moves into the younger.
struct RecentValues<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry {
    let value: Value
    let bytes: Int
  }

  private let mostBytesOfHalf: Int
  private var younger: [Key: Entry] = [:]
  private var older: [Key: Entry] = [:]
  private var youngerBytes = 0

  init(mostBytesOfHalf: Int) { self.mostBytesOfHalf = mostBytesOfHalf }

  mutating func value(of key: Key) -> Value? {
    if let entry = younger[key] { return entry.value }
    guard let entry = older[key] else { return nil }
    add(entry, key)
    return entry.value
  }

  mutating func keep(_ value: Value, of key: Key, bytes: Int) { add(Entry(value: value, bytes: bytes), key) }

  private mutating func add(_ entry: Entry, _ key: Key) {
    if youngerBytes + entry.bytes > mostBytesOfHalf {
      older = younger
      younger.removeAll()
      youngerBytes = 0
    }
    // What was looked up twice at once is kept once.
    if younger.updateValue(entry, forKey: key) == nil { youngerBytes += entry.bytes }
  }
}
