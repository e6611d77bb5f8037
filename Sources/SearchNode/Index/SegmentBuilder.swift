/// Takes parsed documents and builds an immutable segment.
struct SegmentBuilder: ~Copyable {
  private(set) var documentCount = 0
  private var fields: [FieldBuilder] = []
  /// The place in `fields` for each field number; -1 until a document has the field.
  private var places: [Int] = []
  private var stored = StoredDocumentsWriter()
  private(set) var deleted: Set<Int32> = []

  /// Approximate memory use of the builder.
  var byteCount: Int { fields.reduce(stored.byteCount) { $0 + $1.byteCount } }

  func version(_ document: Int32) -> Int64 { stored.version(document) }

  func source(_ document: Int32) -> [UInt8] { stored.source(document) }

  /// The document with that ID, unless it was deleted.
  func document(id: UnsafeBufferPointer<UInt8>, hash: UInt32) -> Int32? {
    stored.document(id: id, hash: hash) { deleted.isEmpty || !deleted.contains($0) }
  }

  mutating func delete(_ document: Int32) { deleted.insert(document) }

  /// The place of the builder of a field's postings and columns; the builder is created on first use.
  @inline(__always)
  mutating func place(of mapping: FieldMapping) -> Int {
    if mapping.number < places.count, places[mapping.number] >= 0 { return places[mapping.number] }
    return newPlace(of: mapping)
  }

  private mutating func newPlace(of mapping: FieldMapping) -> Int {
    while places.count <= mapping.number { places.append(-1) }
    places[mapping.number] = fields.count
    fields.append(FieldBuilder(mapping))
    return fields.count - 1
  }

  subscript(place: Int) -> FieldBuilder {
    @inline(__always) _read { yield fields[place] }
    @inline(__always) _modify { yield &fields[place] }
  }

  /// Ends the document whose values went into the field builders.
  mutating func finishDocument(
    id: UnsafeBufferPointer<UInt8>, hash: UInt32, version: Int64, source: UnsafeBufferPointer<UInt8>, touched: [Int]
  ) {
    for place in touched { fields[place].finishDocument(documentCount) }
    stored.add(id: id, hash: hash, version: version, source: source)
    documentCount += 1
  }

  /// The immutable segment and its live documents (nil: all); the builder is empty afterwards.
  mutating func build() -> (segment: Segment, live: BitSet?) {
    var built: [String: SegmentField] = [:]
    // Free each field builder's memory before the next one is built.
    while var field = fields.popLast() { built[field.mapping.name] = field.build(documentCount: documentCount) }
    var live: BitSet?
    if !deleted.isEmpty {
      live = BitSet(count: documentCount, filled: true)
      for document in deleted { live?[Int(document)] = false }
    }
    let segment = Segment(documentCount: documentCount, fields: built, stored: stored.finish())
    self = SegmentBuilder()
    return (segment, live)
  }
}

/// Collects one field: a log of occurrences in the order of arrival, which `build` sorts by term (a counting sort).
struct FieldBuilder {
  let mapping: FieldMapping
  private let hasPositions: Bool
  private var terms = TermTable()
  private var occurrenceTerms: [Int32] = []
  /// The position of each occurrence, if the field has positions.
  private var occurrencePositions: [Int32] = []
  /// Documents with occurrences, and the index at which their occurrences begin.
  private var documents: [Int32] = []
  private var documentStarts: [UInt32] = []
  private var norms: [UInt8] = []
  /// Documents that have the field without an occurrence: empty texts.
  private var emptyTexts: [Int32] = []
  private var numbers: NumericColumnWriter?

  /// The words seen in texts, and the terms that the analyzer makes from each.
  private var words = TermTable()
  private var wordStarts: [UInt32] = [0]
  private var wordTerms: [Int32] = []

  private var pendingStart = 0
  private var length: Int32 = 0
  private var lastPosition: Int32 = -1
  private var valueCount = 0
  /// Whether the list of the current document's fields contains this field.
  var isTouched = false

  init(_ mapping: FieldMapping) {
    self.mapping = mapping
    hasPositions = mapping.indexOptions.hasPositions
    if mapping.hasNumericColumn { numbers = NumericColumnWriter(isFloating: mapping.type.isFloating) }
  }

  var byteCount: Int {
    terms.byteCount + words.byteCount + (numbers?.byteCount ?? 0)
      + (occurrenceTerms.count + occurrencePositions.count + wordTerms.count + documents.count * 2) * 4
  }

  private mutating func beginText() {
    if valueCount > 0 { lastPosition += Int32(mapping.positionIncrementGap) }
    valueCount += 1
  }

  @inline(__always)
  private mutating func addOccurrence(_ term: Int32) {
    occurrenceTerms.append(term)
    if hasPositions { occurrencePositions.append(lastPosition) }
  }

  /// Adds the tokens of one text.
  mutating func add(_ buffer: borrowing TokenBuffer) {
    beginText()
    buffer.bytes.withUnsafeBufferPointer { bytes in
      for token in buffer.tokens {
        lastPosition += token.positionIncrement
        addOccurrence(terms.insert(UnsafeBufferPointer(rebasing: bytes[token.termRange])))
        // Lucene's BM25 does not count overlapping tokens (discountOverlaps).
        if token.positionIncrement > 0 { length += 1 }
      }
    }
    lastPosition += Int32(buffer.endPositionIncrement)
  }

  /// Adds a text that is cut into words. `analyzer` turns each word into terms when the word is first seen, with the
  /// help of `scratch`.
  mutating func add(
    words buffer: borrowing TokenBuffer, of analyzer: Analyzer, scratch: inout TokenBuffer
  ) {
    beginText()
    var increment: Int32 = 0
    buffer.bytes.withUnsafeBufferPointer { bytes in
      for token in buffer.tokens {
        let text = UnsafeBufferPointer(rebasing: bytes[token.termRange])
        let word = Int(words.insert(text))
        if word == wordStarts.count - 1 { learn(text, analyzer, &scratch) }
        increment += token.positionIncrement
        let found = Int(wordStarts[word])..<Int(wordStarts[word + 1])
        if found.isEmpty { continue }
        lastPosition += increment
        if increment > 0 { length += 1 }
        increment = 0
        for index in found { addOccurrence(wordTerms[index]) }
      }
    }
    lastPosition += increment + Int32(buffer.endPositionIncrement)
  }

  private mutating func learn(_ word: UnsafeBufferPointer<UInt8>, _ analyzer: Analyzer, _ scratch: inout TokenBuffer) {
    analyzer.analyze(word: word, into: &scratch)
    for token in scratch.tokens { wordTerms.append(scratch.withTerm(of: token) { terms.insert($0) }) }
    wordStarts.append(UInt32(wordTerms.count))
  }

  /// Adds a keyword, or a Boolean's `T` or `F`.
  mutating func add(term: UnsafeBufferPointer<UInt8>) {
    addOccurrence(terms.insert(term))
    valueCount += 1
    length += 1
  }

  mutating func add(number: Int64) { numbers?.add(number) }

  mutating func finishDocument(_ document: Int) {
    if occurrenceTerms.count > pendingStart {
      documents.append(Int32(document))
      documentStarts.append(UInt32(pendingStart))
      pendingStart = occurrenceTerms.count
    } else if mapping.type == .text {
      emptyTexts.append(Int32(document))
    }
    if mapping.hasNorms, mapping.type == .text {
      while norms.count < document { norms.append(0) }
      norms.append(SmallFloat.encode(length))
    }
    numbers?.endDocument(document)
    beginDocument()
  }

  /// Drops the values of the current document, if it turns out to be wrong.
  mutating func discardDocument() {
    occurrenceTerms.removeSubrange(pendingStart...)
    if hasPositions { occurrencePositions.removeSubrange(pendingStart...) }
    numbers?.discardDocument()
    beginDocument()
  }

  private mutating func beginDocument() {
    isTouched = false
    length = 0
    lastPosition = -1
    valueCount = 0
  }

  // MARK: Building

  /// The collected field; the builder must not be used again.
  mutating func build(documentCount: Int) -> SegmentField {
    var field = SegmentField()
    var paddedNorms: Slab<UInt8>?
    if mapping.type == .text {
      var bits = BitSet(count: documentCount)
      for document in documents { bits[Int(document)] = true }
      for document in emptyTexts { bits[Int(document)] = true }
      field.existing = bits
      if mapping.hasNorms {
        paddedNorms = Slab(norms + [UInt8](repeating: 0, count: documentCount - norms.count))
      }
    }
    if terms.count > 0 || mapping.type == .keyword {
      let (inverted, places) = invert(norms: paddedNorms)
      field.inverted = inverted
      if mapping.type == .keyword { field.ordinals = ordinals(places, documentCount: documentCount) }
    }
    field.numbers = numbers?.finish(documentCount: documentCount)
    return field
  }

  /// The occurrences of the document at `index` in `documents`.
  private func occurrences(_ index: Int) -> Range<Int> {
    let end = index + 1 < documents.count ? Int(documentStarts[index + 1]) : pendingStart
    return Int(documentStarts[index])..<end
  }

  /// `places` gives the ordinal of each term number.
  private func ordinals(_ places: [Int32], documentCount: Int) -> OrdinalColumn {
    var writer = OrdinalColumnWriter()
    for index in documents.indices {
      for occurrence in occurrences(index) { writer.add(places[Int(occurrenceTerms[occurrence])]) }
      writer.endDocument(Int(documents[index]))
    }
    return writer.finish(documentCount: documentCount)
  }

  /// The sorted terms with their postings, and the place of each term number among them.
  private func invert(norms: Slab<UInt8>?) -> (InvertedField, places: [Int32]) {
    // At first the index at which each term's occurrences begin; it moves forward as they are placed, and is at last
    // the index at which they end.
    var next = [UInt32](repeating: 0, count: terms.count + 1)
    for term in occurrenceTerms { next[Int(term) + 1] += 1 }
    for term in 0..<terms.count { next[term + 1] += next[term] }
    var sortedDocuments = [Int32](repeating: 0, count: occurrenceTerms.count)
    var sortedPositions = [Int32](repeating: 0, count: occurrencePositions.count)
    for index in documents.indices {
      let document = documents[index]
      for occurrence in occurrences(index) {
        let term = Int(occurrenceTerms[occurrence])
        let place = Int(next[term])
        sortedDocuments[place] = document
        if hasPositions { sortedPositions[place] = occurrencePositions[occurrence] }
        next[term] += 1
      }
    }
    var writer = InvertedFieldWriter(options: mapping.indexOptions)
    var places = [Int32](repeating: -1, count: terms.count)
    var place: Int32 = 0
    sortedPositions.withUnsafeBufferPointer { positions in
      for number in terms.sortedNumbers() {
        let start = number == 0 ? 0 : Int(next[Int(number) - 1])
        write(sortedDocuments[start..<Int(next[Int(number)])], positions, norms, to: &writer)
        // Skip a term that only a refused document had.
        guard terms.withTerm(Int(number), { writer.endTerm($0) }) else { continue }
        places[Int(number)] = place
        place += 1
      }
    }
    return (InvertedField(&writer, documentCount: documents.count, norms: norms), places)
  }

  /// Writes one term's postings; `documents` names a document once for each occurrence.
  @inline(__always)
  private func write(
    _ documents: ArraySlice<Int32>, _ positions: UnsafeBufferPointer<Int32>, _ norms: Slab<UInt8>?,
    to writer: inout InvertedFieldWriter
  ) {
    writer.beginTerm()
    var index = documents.startIndex
    while index < documents.endIndex {
      let document = documents[index]
      var after = index + 1
      while after < documents.endIndex, documents[after] == document { after += 1 }
      if hasPositions { writer.add(positions: UnsafeBufferPointer(rebasing: positions[index..<after])) }
      writer.add(document: document, frequency: UInt32(after - index), norm: norms?[Int(document)] ?? 1)
      index = after
    }
  }
}
