/// A segment in the making: takes parsed documents, gives an immutable segment.
struct SegmentBuilder {
  private(set) var documentCount = 0
  private var fields: [String: FieldBuilder] = [:]
  private var ids: [UInt8] = []
  private var idStarts: [UInt64] = [0]
  private var versions: [Int64] = []
  private var sources: [UInt8] = []
  private var sourceStarts: [UInt64] = [0]
  private(set) var deleted: Set<Int32> = []

  /// Roughly what the builder holds in memory.
  var byteCount: Int { fields.values.reduce(sources.count) { $0 + $1.byteCount } }

  func version(_ document: Int32) -> Int64 { versions[Int(document)] }

  func source(_ document: Int32) -> [UInt8] {
    Array(sources[Int(sourceStarts[Int(document)])..<Int(sourceStarts[Int(document) + 1])])
  }

  mutating func delete(_ document: Int32) { deleted.insert(document) }

  /// The builder of a field's postings and columns, made on first use.
  mutating func field(_ mapping: FieldMapping) -> FieldBuilder {
    if let field = fields[mapping.name] { return field }
    let field = FieldBuilder(mapping)
    fields[mapping.name] = field
    return field
  }

  /// Ends the document whose values went into the field builders; gives its number.
  mutating func finishDocument(
    id: String, version: Int64, source: UnsafeBufferPointer<UInt8>, touched: [FieldBuilder]
  ) -> Int32 {
    for field in touched { field.finishDocument(documentCount) }
    ids.append(contentsOf: id.utf8)
    idStarts.append(UInt64(ids.count))
    versions.append(version)
    sources.append(contentsOf: source)
    sourceStarts.append(UInt64(sources.count))
    documentCount += 1
    return Int32(documentCount - 1)
  }

  /// The immutable segment, and which of its documents are live (nil: all).
  func build() -> (segment: Segment, live: BitSet?) {
    var built: [String: SegmentField] = [:]
    for (name, field) in fields { built[name] = field.build(documentCount: documentCount) }
    let stored = StoredDocuments(
      ids: ids, idStarts: idStarts, versions: versions, sources: sources, sourceStarts: sourceStarts)
    var live: BitSet?
    if !deleted.isEmpty {
      live = BitSet(count: documentCount, filled: true)
      for document in deleted { live?[Int(document)] = false }
    }
    return (Segment(documentCount: documentCount, fields: built, stored: stored), live)
  }
}

/// Collects one field: a log of occurrences in the order of arrival, which `build` sorts by term (a counting sort).
final class FieldBuilder {
  let mapping: FieldMapping
  private var terms = TermTable()
  private var occurrenceTerms: [Int32] = []
  private var occurrencePositions: [Int32] = []
  /// Documents with occurrences, and where theirs begin.
  private var documents: [Int32] = []
  private var documentStarts: [Int] = []
  private var norms: [UInt8] = []
  private var existing: [Int32] = []
  private var numbers: NumericColumnWriter?
  private var ordinals: OrdinalColumnWriter?

  private var pendingStart = 0
  private var pendingNumbers: [Int64] = []
  private var pendingOrdinals: [Int32] = []
  private var length: Int32 = 0
  private var lastPosition: Int32 = -1
  private var valueCount = 0
  /// In a list of the fields that the current document touched.
  var isTouched = false

  init(_ mapping: FieldMapping) {
    self.mapping = mapping
    if mapping.hasNumericColumn { numbers = NumericColumnWriter(isFloating: mapping.type.isFloating) }
    if mapping.type == .keyword { ordinals = OrdinalColumnWriter() }
  }

  var byteCount: Int { terms.byteCount + occurrenceTerms.count * 8 + documents.count * 16 }

  /// Adds the tokens of one text value.
  func add(_ buffer: borrowing TokenBuffer) {
    if valueCount > 0 { lastPosition += Int32(mapping.positionIncrementGap) }
    valueCount += 1
    buffer.bytes.withUnsafeBufferPointer { bytes in
      for token in buffer.tokens {
        lastPosition += token.positionIncrement
        let number = terms.insert(UnsafeBufferPointer(rebasing: bytes[token.termRange]))
        occurrenceTerms.append(number)
        occurrencePositions.append(lastPosition)
        // Lucene's BM25 counts no overlapping tokens (discountOverlaps).
        if token.positionIncrement > 0 { length += 1 }
      }
    }
    lastPosition += Int32(buffer.endPositionIncrement)
  }

  /// Adds a keyword, or a Boolean's `T` or `F`.
  func add(term: UnsafeBufferPointer<UInt8>) {
    let number = terms.insert(term)
    occurrenceTerms.append(number)
    occurrencePositions.append(0)
    valueCount += 1
    length += 1
    if ordinals != nil { pendingOrdinals.append(number) }
  }

  func add(number: Int64) { pendingNumbers.append(number) }

  func finishDocument(_ document: Int) {
    isTouched = false
    if occurrenceTerms.count > pendingStart {
      documents.append(Int32(document))
      documentStarts.append(pendingStart)
      pendingStart = occurrenceTerms.count
    }
    if mapping.type == .text {
      existing.append(Int32(document))
      if mapping.hasNorms {
        while norms.count < document { norms.append(0) }
        norms.append(SmallFloat.encode(length))
      }
    }
    if numbers != nil, !pendingNumbers.isEmpty {
      numbers?.add(pendingNumbers, document: document)
      pendingNumbers.removeAll(keepingCapacity: true)
    }
    if ordinals != nil, !pendingOrdinals.isEmpty {
      ordinals?.add(pendingOrdinals, document: document)
      pendingOrdinals.removeAll(keepingCapacity: true)
    }
    length = 0
    lastPosition = -1
    valueCount = 0
  }

  /// Forgets what the current document put in, for a document that turned out to be wrong.
  func discardDocument() {
    isTouched = false
    occurrenceTerms.removeSubrange(pendingStart...)
    occurrencePositions.removeSubrange(pendingStart...)
    pendingNumbers.removeAll(keepingCapacity: true)
    pendingOrdinals.removeAll(keepingCapacity: true)
    length = 0
    lastPosition = -1
    valueCount = 0
  }

  func build(documentCount: Int) -> SegmentField {
    var field = SegmentField()
    var paddedNorms: [UInt8]?
    if mapping.type == .text {
      var bits = BitSet(count: documentCount)
      for document in existing { bits[Int(document)] = true }
      field.existing = bits
      if mapping.hasNorms { paddedNorms = norms + [UInt8](repeating: 0, count: documentCount - norms.count) }
    }
    if terms.count > 0 || mapping.type == .keyword {
      let sorted = terms.sortedNumbers()
      field.inverted = invert(sorted, norms: paddedNorms)
      if ordinals != nil {
        var remap = [Int32](repeating: 0, count: sorted.count)
        for (ordinal, number) in sorted.enumerated() { remap[Int(number)] = Int32(ordinal) }
        var writer = ordinals ?? OrdinalColumnWriter()
        field.ordinals = writer.finish(documentCount: documentCount, remap: remap)
      }
    }
    if var writer = numbers { field.numbers = writer.finish(documentCount: documentCount) }
    return field
  }

  private func invert(_ sorted: [Int32], norms: [UInt8]?) -> InvertedField {
    var starts = [Int](repeating: 0, count: terms.count + 1)
    for term in occurrenceTerms { starts[Int(term) + 1] += 1 }
    for term in 0..<terms.count { starts[term + 1] += starts[term] }
    var next = starts
    var sortedDocuments = [Int32](repeating: 0, count: occurrenceTerms.count)
    var sortedPositions = sortedDocuments
    for (index, document) in documents.enumerated() {
      let end = index + 1 < documents.count ? documentStarts[index + 1] : occurrenceTerms.count
      for occurrence in documentStarts[index]..<end {
        let term = Int(occurrenceTerms[occurrence])
        sortedDocuments[next[term]] = document
        sortedPositions[next[term]] = occurrencePositions[occurrence]
        next[term] += 1
      }
    }
    var writer = InvertedFieldWriter(options: mapping.indexOptions)
    sortedPositions.withUnsafeBufferPointer { positions in
      for number in sorted {
        writer.beginTerm()
        var index = starts[Int(number)]
        let end = starts[Int(number) + 1]
        while index < end {
          let document = sortedDocuments[index]
          var after = index + 1
          while after < end, sortedDocuments[after] == document { after += 1 }
          writer.add(
            document: document, frequency: after - index,
            positions: UnsafeBufferPointer(rebasing: positions[index..<after]),
            norm: norms?[Int(document)] ?? 1)
          index = after
        }
        terms.withTerm(Int(number)) { writer.endTerm($0) }
      }
    }
    return InvertedField(writer, documentCount: documents.count, norms: norms)
  }
}
