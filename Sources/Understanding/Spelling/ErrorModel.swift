/// The channel of the noisy-channel model: how improbable each error is, as costs −log P(error), in nats.
///
/// The probability of a typed word given the meant one is that of the best way from the one to the other:
/// −log P(typed | meant) = min over alignments of Σ cost(edit), each class of `Edit` having a cost of its own.
public struct ErrorModel: Sendable, Hashable {
  /// By `Edit.rawValue`.
  public var costs: [Float]
  /// Added where the first letter is another than the one meant.
  public var firstLetter: Float
  /// Of a space that was left out, and of one too many.
  public var split: Float
  public var join: Float
  /// Exponent of P(word): by how much how common a word is counts against how far it is.
  public var languageWeight: Float
  /// What a known word costs to be changed: −log of how often a word that is known was meant to be another.
  public var knownWord: Float
  /// What leaving an unknown word as it is costs, and what each of its letters adds.
  public var unknownWord: Float
  public var unknownLetter: Float

  public init(
    costs: [Float], firstLetter: Float, split: Float, join: Float, languageWeight: Float, knownWord: Float,
    unknownWord: Float, unknownLetter: Float
  ) {
    precondition(costs.count == Edit.allCases.count && costs.allSatisfy { $0 > 0 }, "each edit has a positive cost")
    precondition(languageWeight > 0 && knownWord >= 0, "more common words are the likelier ones")
    self.costs = costs
    self.firstLetter = firstLetter
    self.split = split
    self.join = join
    self.languageWeight = languageWeight
    self.knownWord = knownWord
    self.unknownWord = unknownWord
    self.unknownLetter = unknownLetter
  }

  public subscript(edit: Edit) -> Float {
    get { costs[edit.rawValue] }
    set { costs[edit.rawValue] = newValue }
  }

  /// Set by hand in the order that the sources of `Edit` give, then `languageWeight`, `unknownWord` and `otherOmission`
  /// on the misspellings of codespell's dictionary, a list of other people's (docs/explain/relevance.md).
  public static let standard: ErrorModel = {
    var model = ErrorModel(
      costs: [Float](repeating: 6, count: Edit.allCases.count), firstLetter: 2, split: 6, join: 6, languageWeight: 0.5,
      knownWord: 6, unknownWord: 18, unknownLetter: 0.5)
    model[.vowel] = 4
    model[.sound] = 4.5
    model[.neighbourKey] = 5
    model[.otherReplacement] = 7
    model[.transposition] = 3.5
    model[.doubled] = 3
    model[.undoubled] = 2.5
    model[.neighbourInsertion] = 5
    model[.vowelInsertion] = 5
    model[.otherInsertion] = 6.5
    model[.vowelOmission] = 3.5
    model[.otherOmission] = 4.3
    model[.lastOmission] = 4.5
    model[.respelling] = 4.5
    return model
  }()
}
