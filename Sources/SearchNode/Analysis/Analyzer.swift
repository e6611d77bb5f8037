/// Cuts the text at the beginning of a buffer's bytes into tokens.
protocol Tokenizer: Sendable {
  /// Appends the tokens and sets the buffer's `endOffset`, all in UTF-16 code units of the text in the buffer.
  func tokenize(_ buffer: inout TokenBuffer)
}

/// Changes, drops or adds tokens.
protocol TokenFilter: Sendable {
  func apply(to buffer: inout TokenBuffer)

  /// Whether the filter's output for a token depends on its term alone and stays at its position. The output is then
  /// computed once for a word, however often the word occurs.
  var isWordByWord: Bool { get }

  /// The filter as a map of ASCII characters; nil if the filter does not work on single characters.
  var asciiMap: ASCIIMap? { get }
}

extension TokenFilter {
  var isWordByWord: Bool { false }
  var asciiMap: ASCIIMap? { nil }
}

/// A filter of ASCII texts that works on single characters: it replaces or drops each of them.
struct ASCIIMap: Sendable {
  private static let gone: UInt8 = 0xFF
  private var characters: [UInt8] = (0..<128).map { UInt8($0) }

  /// `mapped` gives the replacement of a character; nil drops the character.
  init(_ mapped: (UInt8) -> UInt8?) {
    for code in characters.indices { characters[code] = mapped(UInt8(code)) ?? Self.gone }
  }

  /// This filter followed by `other`.
  func then(_ other: ASCIIMap) -> ASCIIMap {
    ASCIIMap { code in
      let own = characters[Int(code)]
      return own == Self.gone || other.characters[Int(own)] == Self.gone ? nil : other.characters[Int(own)]
    }
  }

  /// Writes the mapped text into `out`; returns false if the text is not pure ASCII.
  func apply(to text: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) -> Bool {
    out.removeAll(keepingCapacity: true)
    return characters.withUnsafeBufferPointer { characters in
      for byte in text {
        guard byte < 0x80 else { return false }
        let mapped = characters[Int(byte)]
        if mapped != Self.gone { out.append(mapped) }
      }
      return true
    }
  }
}

/// Changes the text before the tokenizer cuts it.
protocol CharacterFilter: Sendable {
  /// The text after the filter, in UTF-16 code units; `corrections` records where offsets in it stand in `text`.
  func apply(to text: [UInt16], corrections: inout OffsetCorrections) -> [UInt16]

  /// The same for a pure ASCII text, byte by byte, for callers that need no offsets. Returns false and appends nothing
  /// if the filter has no such shortcut.
  func apply(toASCII text: UnsafeBufferPointer<UInt8>, appendingTo out: inout [UInt8]) -> Bool

  /// The filter as a map of ASCII characters; nil if the filter does not work on single characters.
  var asciiMap: ASCIIMap? { get }
}

extension CharacterFilter {
  func apply(toASCII text: UnsafeBufferPointer<UInt8>, appendingTo out: inout [UInt8]) -> Bool { false }
  var asciiMap: ASCIIMap? { nil }
}

/// Turns a text into the tokens to index or to search for, as Elasticsearch's analyzer with the same settings does.
public final class Analyzer: Sendable {
  public let name: String
  let characterFilters: [any CharacterFilter]
  let tokenizer: any Tokenizer
  let filters: [any TokenFilter]
  /// The tokenizer, if the terms of each word depend on the word alone (`analyze(word:into:)`). nil: the text must be
  /// analysed as a whole.
  let wordTokenizer: StandardTokenizer?

  init(
    name: String, characterFilters: [any CharacterFilter] = [], tokenizer: any Tokenizer,
    filters: [any TokenFilter] = []
  ) {
    self.name = name
    self.characterFilters = characterFilters
    self.tokenizer = tokenizer
    self.filters = filters
    let goesByWords = characterFilters.isEmpty && filters.allSatisfy(\.isWordByWord)
    wordTokenizer = goesByWords ? tokenizer as? StandardTokenizer : nil
  }

  /// Puts into `buffer` the terms that the filters make from one word of `wordTokenizer`; all stand at the word's
  /// position.
  func analyze(word: UnsafeBufferPointer<UInt8>, into buffer: inout TokenBuffer) {
    buffer.load(word)
    buffer.tokens.append(
      Token(termStart: 0, termLength: word.count, startOffset: 0, endOffset: 0, type: .alphanumeric))
    for filter in filters { filter.apply(to: &buffer) }
  }

  /// Puts the tokens of `text` into `buffer` and drops its earlier content. Without `wantsOffsets` the tokens' offsets
  /// may be wrong: an index does not use them.
  public func analyze(_ text: UnsafeBufferPointer<UInt8>, into buffer: inout TokenBuffer, wantsOffsets: Bool = true) {
    if characterFilters.isEmpty {
      buffer.load(text)
      tokenizer.tokenize(&buffer)
    } else if wantsOffsets || !loadFilteredASCII(text, into: &buffer) {
      analyzeFiltered(text, into: &buffer)
    } else {
      tokenizer.tokenize(&buffer)
    }
    for filter in filters { filter.apply(to: &buffer) }
  }

  /// Puts the tokens of `text` into `buffer` and drops its earlier content.
  public func analyze(_ text: String, into buffer: inout TokenBuffer) {
    var text = text
    text.withUTF8 { analyze($0, into: &buffer) }
  }

  /// Puts the tokens of `text` into `buffer` and drops its earlier content.
  public func analyze(_ text: [UInt8], into buffer: inout TokenBuffer) {
    text.withUnsafeBufferPointer { analyze($0, into: &buffer) }
  }

  /// The tokens' terms: for messages and tests.
  public func terms(of text: String) -> [String] {
    var buffer = TokenBuffer()
    analyze(text, into: &buffer)
    return buffer.tokens.map { buffer.term(of: $0) }
  }

  /// Loads the output of the only character filter; returns false if the text is not ASCII or the filters are others.
  private func loadFilteredASCII(_ text: UnsafeBufferPointer<UInt8>, into buffer: inout TokenBuffer) -> Bool {
    guard characterFilters.count == 1, text.allSatisfy({ $0 < 0x80 }) else { return false }
    var filtered = buffer.scratch
    buffer.scratch = []
    filtered.removeAll(keepingCapacity: true)
    let isDone = characterFilters[0].apply(toASCII: text, appendingTo: &filtered)
    if isDone { filtered.withUnsafeBufferPointer { buffer.load($0) } }
    buffer.scratch = filtered
    return isDone
  }

  private func analyzeFiltered(_ text: UnsafeBufferPointer<UInt8>, into buffer: inout TokenBuffer) {
    var filtered = utf16(of: text)
    var corrections: [OffsetCorrections] = []
    for filter in characterFilters {
      var own = OffsetCorrections()
      filtered = filter.apply(to: filtered, corrections: &own)
      if !own.isEmpty { corrections.append(own) }
    }
    utf8(of: filtered).withUnsafeBufferPointer { buffer.load($0) }
    tokenizer.tokenize(&buffer)
    guard !corrections.isEmpty else { return }
    func corrected(_ offset: Int32) -> Int32 {
      Int32(corrections.reversed().reduce(Int(offset)) { $1.corrected($0) })
    }
    for index in buffer.tokens.indices {
      buffer.tokens[index].startOffset = corrected(buffer.tokens[index].startOffset)
      buffer.tokens[index].endOffset = corrected(buffer.tokens[index].endOffset)
    }
    buffer.endOffset = Int(corrected(Int32(buffer.endOffset)))
  }
}

/// Turns a keyword field's value into the one term to index or to search for.
public final class Normalizer: Sendable {
  public let name: String
  private let analyzer: Analyzer
  /// All filters as one map, for ASCII texts.
  private let asciiMap: ASCIIMap?

  init(name: String, characterFilters: [any CharacterFilter] = [], filters: [any TokenFilter]) {
    self.name = name
    let maps = characterFilters.map(\.asciiMap) + filters.map(\.asciiMap)
    asciiMap = maps.reduce(Optional(ASCIIMap { $0 })) { all, next in next.flatMap { all?.then($0) } }
    analyzer = Analyzer(
      name: name, characterFilters: characterFilters, tokenizer: KeywordTokenizer(), filters: filters)
  }

  /// The normal form of `text`.
  public func normalize(_ text: String) -> String {
    var text = text
    return text.withUTF8 { text in
      var buffer = TokenBuffer()
      return normalize(text, using: &buffer) { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// Calls `body` with the UTF-8 of the normal form of `text`, in the storage of `buffer`.
  public func normalize<Result>(
    _ text: UnsafeBufferPointer<UInt8>, using buffer: inout TokenBuffer,
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    if let asciiMap, asciiMap.apply(to: text, into: &buffer.scratch) {
      return try buffer.scratch.withUnsafeBufferPointer(body)
    }
    analyzer.analyze(text, into: &buffer, wantsOffsets: false)
    guard let token = buffer.tokens.first else { return try body(UnsafeBufferPointer(start: nil, count: 0)) }
    return try buffer.withTerm(of: token, body)
  }
}
