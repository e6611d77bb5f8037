import Glibc

/// Okapi BM25 as Lucene's `BM25Similarity` computes it, with the factor (k1 + 1) of Elasticsearch 7 and 8 and
/// OpenSearch 2.
///
/// score = w − w / (1 + f · n(d)), w = boost · (k1 + 1) · idf, n(d) = 1 / (k1 · (1 − b + b · |d| / avgdl)).
final class BM25: Sendable {
  private let parameters: BM25Parameters
  /// n(d) for each of the 256 length codes.
  let inverseNorms: Slab<Float>
  let statistics: FieldStatistics

  init(_ parameters: BM25Parameters, statistics: FieldStatistics) {
    self.parameters = parameters
    self.statistics = statistics
    let averageLength =
      statistics.documentCount == 0
      ? 1 : Float(Double(statistics.sumTotalTermFrequency) / Double(statistics.documentCount))
    let (k1, b) = (parameters.k1, parameters.b)
    inverseNorms = Slab(SmallFloat.lengths.map { 1 / (k1 * ((1 - b) + b * Float($0) / averageLength)) })
  }

  /// idf = ln(1 + (N − n + 0.5) / (n + 0.5)), where N is the number of documents that have the field.
  static func idf(documentFrequency: Int, documentCount: Int) -> Float {
    let n = Double(documentFrequency)
    return Float(log(1 + (Double(documentCount) - n + 0.5) / (n + 0.5)))
  }

  /// w for a group of terms whose frequencies are scored as one (a phrase): the sum of their idfs.
  func weight(boost: Float, documentFrequencies: [Int]) -> Float {
    var idf = 0.0
    for n in documentFrequencies {
      idf += Double(Self.idf(documentFrequency: n, documentCount: statistics.documentCount))
    }
    return boost * (1 + parameters.k1) * Float(idf)
  }

  @inline(__always)
  static func score(_ weight: Float, _ frequency: Float, _ inverseNorm: Float) -> Float {
    weight - weight / (1 + frequency * inverseNorm)
  }
}
