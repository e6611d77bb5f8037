import CStemmer
import Threading

/// `snowball`, and `stemmer` for the languages whose Snowball stemmer Lucene uses: stems from libstemmer.
struct SnowballFilter: TokenFilter {
  private let stemmers: SnowballStemmers
  /// Stemmers for words outside ASCII, where the algorithm counts bytes but means letters.
  private let latin1Stemmers: SnowballStemmers?

  /// Algorithms of libstemmer that compare a position with a number of letters, which is wrong in UTF-8.
  private static let countingBytes: Set<String> = ["dutch"]

  var isWordByWord: Bool { true }

  /// nil if libstemmer does not know the algorithm.
  init?(algorithm: String) {
    guard let stemmers = SnowballStemmers(algorithm: algorithm, encoding: "UTF_8") else { return nil }
    self.stemmers = stemmers
    latin1Stemmers =
      Self.countingBytes.contains(algorithm) ? SnowballStemmers(algorithm: algorithm, encoding: "ISO_8859_1") : nil
  }

  func apply(to buffer: inout TokenBuffer) {
    let stemmer = stemmers.take()
    for index in buffer.tokens.indices {
      let token = buffer.tokens[index]
      if token.isKeyword { continue }
      if let latin1Stemmers, let word = buffer.withTerm(of: token, Self.latin1) {
        Self.stemLatin1(word, latin1Stemmers, index, &buffer)
        continue
      }
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

  /// Replaces a letter outside Latin-1, which these algorithms always treat as a consonant.
  private static let placeholder: UInt8 = 1

  /// The word in Latin-1, and the letters that Latin-1 lacks in their order; nil if the word is ASCII.
  private static func latin1(_ term: UnsafeBufferPointer<UInt8>) -> (word: [UInt8], others: [UInt32])? {
    guard term.contains(where: { $0 >= 0x80 }) else { return nil }
    var out: [UInt8] = []
    var others: [UInt32] = []
    var at = 0
    while at < term.count {
      let (codePoint, width) = decodeUTF8(term, at, term.count)
      if codePoint < 0x100, codePoint != UInt32(placeholder) {
        out.append(UInt8(codePoint))
      } else {
        out.append(placeholder)
        others.append(codePoint)
      }
      at += width
    }
    return (out, others)
  }

  private static func stemLatin1(
    _ word: (word: [UInt8], others: [UInt32]), _ stemmers: SnowballStemmers, _ index: Int,
    _ buffer: inout TokenBuffer
  ) {
    let stemmer = stemmers.take()
    var stem: [UInt8] = []
    var others = word.others[...]
    word.word.withUnsafeBufferPointer { letters in
      for byte in stemmer.stem(letters) {
        appendUTF8(byte == placeholder ? others.popFirst() ?? 0xFFFD : UInt32(byte), to: &stem)
      }
    }
    stemmers.giveBack(stemmer)
    buffer.replaceTerm(of: index, with: stem)
  }
}

/// One stemmer of libstemmer, used by one thread at a time.
private struct SnowballStemmer: ~Copyable {
  fileprivate let handle: OpaquePointer

  init?(algorithm: String, encoding: String) {
    guard let handle = sb_stemmer_new(algorithm, encoding) else { return nil }
    self.handle = handle
  }

  fileprivate init(handle: OpaquePointer) { self.handle = handle }

  /// The stem, valid until the next call; the word itself if libstemmer runs out of memory.
  func stem(_ word: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    guard let base = word.baseAddress, let stem = sb_stemmer_stem(handle, base, Int32(word.count)) else { return word }
    return UnsafeBufferPointer(start: stem, count: Int(sb_stemmer_length(handle)))
  }
}

/// The stemmers of one algorithm: one for each thread that stems at the same time.
private final class SnowballStemmers: Sendable {
  /// A handle that no thread is using.
  private struct Idle: @unchecked Sendable {
    // The lock passes the handle from thread to thread; only the thread that holds it uses it.
    let handle: OpaquePointer
  }

  private let algorithm: String
  private let encoding: String
  private let idle: Guarded<[Idle]>

  init?(algorithm: String, encoding: String) {
    guard let first = sb_stemmer_new(algorithm, encoding) else { return nil }
    self.algorithm = algorithm
    self.encoding = encoding
    idle = Guarded([Idle(handle: first)])
  }

  deinit {
    idle.withLock { handles in
      for each in handles { sb_stemmer_delete(each.handle) }
      handles = []
    }
  }

  func take() -> SnowballStemmer {
    if let handle = idle.withLock({ $0.popLast()?.handle }) { return SnowballStemmer(handle: handle) }
    guard let stemmer = SnowballStemmer(algorithm: algorithm, encoding: encoding) else {
      fatalError("libstemmer has no memory for another stemmer of \(algorithm)")
    }
    return stemmer
  }

  func giveBack(_ stemmer: consuming SnowballStemmer) {
    let handle = stemmer.handle
    idle.withLock { $0.append(Idle(handle: handle)) }
  }
}
