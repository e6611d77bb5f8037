/// The kind that a tokenizer gives a token, under the name that Elasticsearch's `_analyze` reports.
public enum TokenType: UInt8, Sendable {
  case alphanumeric = 1
  case number = 2
  case southeastAsian = 3
  case ideographic = 4
  case hiragana = 5
  case katakana = 6
  case hangul = 7
  case emoji = 8
  case word = 9
  case shingle = 10

  /// The name in `_analyze`.
  public var name: String {
    switch self {
    case .alphanumeric: "<ALPHANUM>"
    case .number: "<NUM>"
    case .southeastAsian: "<SOUTHEAST_ASIAN>"
    case .ideographic: "<IDEOGRAPHIC>"
    case .hiragana: "<HIRAGANA>"
    case .katakana: "<KATAKANA>"
    case .hangul: "<HANGUL>"
    case .emoji: "<EMOJI>"
    case .word: "word"
    case .shingle: "shingle"
    }
  }
}

/// One token: a slice of its buffer's bytes, and its place in the text.
public struct Token: Sendable {
  /// First byte of the term in the buffer's `bytes`.
  public var termStart: Int32
  /// Bytes of the term.
  public var termLength: Int32
  /// UTF-16 code units of the original text before the token, as Elasticsearch counts.
  public var startOffset: Int32
  /// UTF-16 code units of the original text up to the token's end.
  public var endOffset: Int32
  /// Positions since the previous token; 0 means the same position.
  public var positionIncrement: Int32
  /// Number of positions that the token spans.
  public var positionLength: Int32
  public var type: TokenType
  /// Whether stemmers leave the term as it is.
  public var isKeyword: Bool

  @inline(__always)
  init(
    termStart: Int, termLength: Int, startOffset: Int, endOffset: Int, type: TokenType, positionIncrement: Int32 = 1
  ) {
    self.termStart = Int32(truncatingIfNeeded: termStart)
    self.termLength = Int32(truncatingIfNeeded: termLength)
    self.startOffset = Int32(truncatingIfNeeded: startOffset)
    self.endOffset = Int32(truncatingIfNeeded: endOffset)
    self.positionIncrement = positionIncrement
    self.positionLength = 1
    self.type = type
    self.isKeyword = false
  }

  /// The range of the term's bytes.
  @inline(__always)
  public var termRange: Range<Int> { Int(termStart)..<Int(termStart) + Int(termLength) }
}

/// The tokens of one text, in storage that the next text reuses.
///
/// The terms are slices of one array, which begins with the text itself: a filter that shortens a term moves its ends,
/// and a filter that rewrites it appends the new bytes. No token needs an allocation.
public struct TokenBuffer: Sendable {
  /// Most bytes of one text: offsets have 32 bits, and a filter may append several times the text's length.
  public static let maxTextBytes = 256 << 20

  /// UTF-8 of all terms, and other bytes between them.
  public internal(set) var bytes: [UInt8] = []
  /// The tokens in the order of their positions.
  public internal(set) var tokens: [Token] = []
  /// UTF-16 length of the original text: the base of the offsets of the same field's next value.
  public internal(set) var endOffset = 0
  /// Positions left empty after the last token (stop words at the end).
  public internal(set) var endPositionIncrement = 0

  /// Length in bytes of the text at the beginning of `bytes`.
  var textLength = 0
  /// The output of a filter that changes the number of tokens.
  var output: [Token] = []
  /// Working storage of a filter.
  var scratch: [UInt8] = []

  public init() {}

  public var count: Int { tokens.count }

  /// Calls `body` with the UTF-8 of a token's term.
  @inline(__always)
  public func withTerm<Result>(of token: Token, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows
    -> Result
  {
    try bytes.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[token.termRange])) }
  }

  /// The term as a string: for messages and tests, not for hot loops.
  public func term(of token: Token) -> String {
    String(decoding: bytes[token.termRange], as: UTF8.self)
  }

  /// Empties the buffer and puts `text` at the beginning of its bytes.
  mutating func load(_ text: UnsafeBufferPointer<UInt8>) {
    precondition(text.count <= Self.maxTextBytes, "a text of \(text.count) bytes is analysed in pieces")
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: text)
    tokens.removeAll(keepingCapacity: true)
    textLength = text.count
    endOffset = 0
    endPositionIncrement = 0
  }

  /// Appends bytes and points the token at them.
  mutating func replaceTerm(of index: Int, with term: [UInt8]) {
    let start = bytes.count
    bytes.append(contentsOf: term)
    tokens[index].termStart = Int32(start)
    tokens[index].termLength = Int32(term.count)
  }

  /// Keeps the tokens for which `isKept` is true and adds the positions of the others to the next token kept.
  mutating func keep(where isKept: (_ term: UnsafeBufferPointer<UInt8>, _ token: Token) -> Bool) {
    var skipped: Int32 = 0
    var to = 0
    bytes.withUnsafeBufferPointer { bytes in
      for from in tokens.indices {
        var token = tokens[from]
        if isKept(UnsafeBufferPointer(rebasing: bytes[token.termRange]), token) {
          token.positionIncrement += skipped
          skipped = 0
          tokens[to] = token
          to += 1
        } else {
          skipped += token.positionIncrement
        }
      }
    }
    tokens.removeSubrange(to...)
    endPositionIncrement += Int(skipped)
  }
}
