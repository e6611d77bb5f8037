/// Recently used values, up to a number of bytes: two halves; when the younger half is full, the older one is dropped.
/// A value found in the older half moves to the younger.
struct RecentValues<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry {
    let value: Value
    let bytes: Int
  }

  private let maxBytesOfHalf: Int
  private var younger: [Key: Entry] = [:]
  private var older: [Key: Entry] = [:]
  private var youngerBytes = 0

  init(maxBytesOfHalf: Int) { self.maxBytesOfHalf = maxBytesOfHalf }

  mutating func value(of key: Key) -> Value? {
    if let entry = younger[key] { return entry.value }
    guard let entry = older[key] else { return nil }
    add(entry, key)
    return entry.value
  }

  mutating func keep(_ value: Value, of key: Key, bytes: Int) { add(Entry(value: value, bytes: bytes), key) }

  private mutating func add(_ entry: Entry, _ key: Key) {
    if youngerBytes + entry.bytes > maxBytesOfHalf {
      older = younger
      younger.removeAll()
      youngerBytes = 0
    }
    // A value that two searches looked up at once is kept once.
    if younger.updateValue(entry, forKey: key) == nil { youngerBytes += entry.bytes }
  }
}
