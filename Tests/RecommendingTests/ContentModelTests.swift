// Content and blending. What is proved:
// 1. Similarities of descriptions are scikit-learn 1.9.1's `TfidfVectorizer` with its defaults, recorded.
// 2. Category, brand and tags are terms as wholes; stop words, case and marks do not matter; features are bounded.
// 3. A new product has its neighbours at once, and scores agree with similarities.
// 4. The blend: normalised scores, weights that move to content for the new shopper and product, learnt on held-out choices.
// 5. A session's last item counts most.
// 6. The tuned blend is not worse than its parts on what it was tuned on, and weak choices keep rated items off the list.

import Recommending
import Testing

@Suite struct ContentModelTests {
  private func text(_ description: String, brand: String? = nil, _ categories: String..., tags: [String] = [])
    -> ProductText
  {
    ProductText(categories: categories, brand: brand, description: description, tags: tags)
  }

  @Test("1: scikit-learn's similarities")
  func recorded() {
    let model = ContentModel(
      ["red cotton shirt", "blue cotton shirt shirt", "red leather boots", "steel water bottle"].map { text($0) })
    let expected: [[Float]] = [
      [1, 0.6737523, 0.2811316, 0], [0.6737523, 1, 0, 0], [0.2811316, 0, 1, 0], [0, 0, 0, 1],
    ]
    for row in 0..<4 {
      for column in 0..<4 {
        #expect(abs(model.similarity(Int32(row), Int32(column)) - expected[row][column]) < 1e-6)
      }
    }
  }

  @Test("2: terms")
  func terms() {
    let model = ContentModel([
      text("The Café, and a 5 cup!", brand: "Black & Decker", "Kitchen", "Coffee Makers", tags: ["New"]), text(""),
    ])
    #expect(
      model.terms == ["brand=black & decker", "cafe", "category=coffee makers", "category=kitchen", "cup", "tag=new"])
    let many = (0..<300).map { text("word\($0) common") }
    let short = ContentModel(many, features: 10)
    #expect(short.terms.count == 10 && short.terms.contains("common"))
    #expect(short.vectors.rowCount == 300)
  }

  @Test("3: new products")
  func newProducts() {
    let model = ContentModel([
      text("running shoe", brand: "Zoom", "Shoes"), text("leather boot", brand: "Zoom", "Shoes"),
      text("coffee mug", "Kitchen"),
    ])
    let grown = model.adding([text("trail running shoe", brand: "Zoom", "Shoes"), text("unknown words alone")])
    #expect(grown.itemCount == 5 && model.itemCount == 3)
    #expect(abs(grown.similarity(3, 0) - 1) < 1e-6 && grown.similarity(3, 2) == 0)
    var scores = [Float](repeating: 9, count: 5)
    grown.score(History(items: [3], values: [2]), into: &scores)
    for item in 0..<5 { #expect(abs(scores[item] - grown.similarity(3, Int32(item))) < 1e-6) }
    grown.score(History(items: [4], values: [1]), into: &scores)
    #expect(scores == [0, 0, 0, 0, 0])
    #expect(grown.contributions(to: 0, from: History(items: [2, 3], values: [1, 1])).map(\.item) == [3])
  }

  @Test("4: the blend")
  func blend() {
    let blend = HybridBlend()
    #expect(blend.collaborativeWeight == 0.6)
    #expect(blend.weight(interactions: 50, choices: 100) == 0.6)
    #expect(abs(blend.weight(interactions: 5, choices: 100) - 0.3) < 1e-6)
    #expect(blend.weight(interactions: 50, choices: 0) == 0 && blend.weight(interactions: 0, choices: 100) == 0)
    let scores = HybridBlend.Scores(
      collaborative: [10, 20, 30], content: [0.5, 0.1, 0.3], popularity: [0, 4, 2], choices: [20, 20, 0])
    let parts = blend.parts(scores, interactions: 10)
    #expect(parts.map(\.collaborative) == [0, 0.5, 1])
    #expect(parts[0].content == 1 && parts[1].content == 0)
    #expect(abs(parts[0].score - 0.4) < 1e-6 && abs(parts[1].score - 0.3) < 1e-6 && parts[2].score == parts[2].content)
    var popular = blend
    popular.popularityWeight = 0.2
    let more = popular.parts(scores, interactions: 10)
    for (part, added) in zip(zip(parts, more), [0, 0.2, 0.1] as [Float]) {
      #expect(abs(part.1.score - part.0.score - added) < 1e-6)
    }
    #expect(HybridBlend.normalised([3, 3, 3]) == [0, 0, 0] && HybridBlend.normalised([]).isEmpty)
    #expect(HybridBlend.normalised([-.greatestFiniteMagnitude, .infinity, .greatestFiniteMagnitude]) == [0, 0, 1])
  }

  @Test("4: the weight is learnt")
  func learned() {
    let heldOut = GeneratedInteractions.heldOut
    let good = ItemKNN.fit(heldOut.test, options: .init(neighbours: nil))
    let bad = Popularity(scores: (0..<40).map { Float($0) })
    var start = HybridBlend()
    start.enoughChoices = 1
    start.enoughInteractions = 1
    let toGood = start.learned(by: [.init(heldOut, collaborative: good, content: bad)])
    let toContent = start.learned(by: [.init(heldOut, collaborative: bad, content: good)])
    #expect(toGood.collaborativeWeight > 0.6 && toContent.collaborativeWeight < 0.4)
    let nobody = TopNMeasure.HeldOut(
      train: heldOut.train, test: SparseRows(rowCount: 60, columnCount: 40, entries: [SparseRows.Entry]()))
    #expect(start.learned(by: [.init(nobody, collaborative: good, content: bad)]) == start)
  }

  @Test("5: sessions")
  func session() {
    let history = History(session: [4, 7, 9], fading: 0.5)
    #expect(history == History(items: [4, 7, 9], values: [0.25, 0.5, 1]))
    #expect(History(session: []) == History(items: [], values: []))
  }

  @Test("6: tuning")
  func tuned() throws {
    let (data, part) = (GeneratedInteractions.rows, GeneratedInteractions.part)
    let task = TunedBlend.Task(interactions: data, places: part.train, least: 3, depth: 5)
    let blend = try #require(try TunedBlend.tuned(task))
    #expect(blend.lowValue == 0 && blend.easeRegularization != nil && (0...1).contains(blend.alsWeight))
    let heldOut = GeneratedInteractions.heldOut
    let measure = try #require(TopNMeasure(heldOut, model: try blend.model(heldOut.train)))
    let untuned = try #require(TopNMeasure(heldOut, model: ImplicitALS(heldOut.train)))
    #expect(measure.recall > untuned.recall)
    let low = try blend.usingLowRatings(task)
    let rated = data.chosen(of: part.train, least: 3, lowValue: low.lowValue)
    #expect(low.lowValue > 0 && rated.count == part.train.count)
    let empty = TunedBlend.Task(interactions: data, places: part.train, least: 6, depth: 5)
    #expect(try TunedBlend.tuned(empty) == nil)
  }
}
