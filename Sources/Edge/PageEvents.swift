public import Behaviour
public import Catalog
public import HTTPServer
public import Ports

/// Events that the shop's own pages know of without a script: a product's page was read, a list was shown.
///
/// A page never waits for them. A page that is asked for ahead (`Sec-Purpose: prefetch`) was not read.
public struct PageEvents: Sendable {
  let behaviour: Behaviour
  let conduct: SenderConduct
  let clock: any WallClock

  public init(behaviour: Behaviour, conduct: SenderConduct, clock: any WallClock) {
    self.behaviour = behaviour
    self.conduct = conduct
    self.clock = clock
  }

  /// `place`: the place of a list of recommendations whose link led here; it is noted as a click of that list.
  public func viewed(_ product: ProductID, from place: ShownPlace? = nil, on request: HTTPRequest) {
    var contents: [(EventID?, ShopEvent.Content)] = [
      (nil, .deed(ProductDeed(.view, .id(product), placement: "product")))
    ]
    if let place {
      // The page that is loaded again, from the history or by a bookmark, is not another click.
      contents.append(
        (
          .click(of: .id(product), in: place.list),
          .deed(
            ProductDeed(
              .click, .id(product), list: place.list, position: place.position, placement: place.placement))
        ))
    }
    note(contents, request)
  }

  /// Lists of one page, without those that are empty.
  public func shown(_ lists: [ShownList], on request: HTTPRequest) {
    note(lists.filter { !$0.products.isEmpty }.map { (nil, .shown($0)) }, request)
  }

  /// Each content with the number that it has by itself.
  private func note(_ contents: [(EventID?, ShopEvent.Content)], _ request: HTTPRequest) {
    guard !contents.isEmpty, request.method == .get,
      request.headers["Sec-Purpose"]?.contains("prefetch") != true, request.headers["Purpose"] != "prefetch"
    else { return }
    let actor = Visitors.actor(of: request)
    // A sender of far too much gets its page, and leaves no trace in the history.
    guard let sender = try? conduct.sender(of: request, actor: actor, events: contents.count) else { return }
    let (now, network) = (clock.now(), Visitors.network(of: request))
    behaviour.intake.note(
      contents.map { id, content in
        ShopEvent(
          id: id ?? .random(), at: now, actor: actor, network: network, sender: sender, content: content,
          isNumberedByContent: id != nil)
      }, from: request.sender)
  }
}
