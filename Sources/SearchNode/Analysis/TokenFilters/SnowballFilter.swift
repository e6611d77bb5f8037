import CStemmer
import Synchronization

/// `snowball`, and `stemmer` for the languages whose Snowball stemmer Lucene uses: stems by libstemmer.
struct SnowballFilter: TokenFilter {
  private let stemmers: SnowballStemmers

  /// Nil where libstemmer does not know the algorithm.
  init?(algorithm: String) {
    guard let stemmers = SnowballStemmers(algorithm: algorithm) else { return nil }
    self.stemmers = stemmers
  }

  func apply(to buffer: inout TokenBuffer) {
    let stemmer = stemmers.take()
    for index in buffer.tokens.indices {
      let token = buffer.tokens[index]
      if token.isKeyword { continue }
      let stem = buffer.withTerm(of: token) { stemmer.stem($0) }
      let isSame = buffer.withTerm(of: token) { $0.elementsEqual(stem) }
      if isSame { continue }
      let start = buffer.bytes.count
      buffer.bytes.append(contentsOf: stem)
      buffer.tokens[index].termStart = Int32(start)
      buffer.tokens[index].termLength = Int32(stem.count)
    }
    stemmers.giveBack(stemmer)
  }
}

/// One stemmer of libstemmer, used by one thread at a time.
private struct SnowballStemmer: ~Copyable {
  fileprivate let handle: OpaquePointer

  init?(algorithm: String) {
    guard let handle = sb_stemmer_new(algorithm, "UTF_8") else { return nil }
    self.handle = handle
  }

  fileprivate init(handle: OpaquePointer) { self.handle = handle }

  /// The stem, valid until the next call; the word itself where memory is out.
  func stem(_ word: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    guard let base = word.baseAddress, let stem = sb_stemmer_stem(handle, base, Int32(word.count)) else { return word }
    return UnsafeBufferPointer(start: stem, count: Int(sb_stemmer_length(handle)))
  }
}

/// The stemmers of one algorithm: one for each thread that stems at the same time.
private final class SnowballStemmers: Sendable {
  /// A handle that no thread uses while it is here.
  private struct Idle: @unchecked Sendable {
    // Handed from thread to thread under the lock, and used by its holder alone.
    let handle: OpaquePointer
  }

  private let algorithm: String
  private let idle: Mutex<[Idle]>

  init?(algorithm: String) {
    guard let first = sb_stemmer_new(algorithm, "UTF_8") else { return nil }
    self.algorithm = algorithm
    idle = Mutex([Idle(handle: first)])
  }

  deinit {
    idle.withLock { handles in
      for each in handles { sb_stemmer_delete(each.handle) }
      handles = []
    }
  }

  func take() -> SnowballStemmer {
    if let handle = idle.withLock({ $0.popLast()?.handle }) { return SnowballStemmer(handle: handle) }
    guard let stemmer = SnowballStemmer(algorithm: algorithm) else {
      fatalError("libstemmer has no memory for another stemmer of \(algorithm)")
    }
    return stemmer
  }

  func giveBack(_ stemmer: consuming SnowballStemmer) {
    let handle = stemmer.handle
    idle.withLock { $0.append(Idle(handle: handle)) }
  }
}
