extension Picture {
  static let kitchen: [String: Drawing] = [
    "mug": Drawing(["cup"]) { c in
      c.ground(196, 316, 120)
      c.line("M268 168Q346 160 340 222Q332 274 264 268", c.shade, width: "21")
      c.line("M268 166Q344 160 338 220Q330 270 264 264", c.tint.css, width: "15")
      c.body("M100 132H280L272 290Q270 312 246 312H134Q110 312 108 290Z")
      c.oval(190, 132, 90, 19, c.shade)
      c.oval(190, 136, 80, 14, c.has("cup") ? "#6b4226" : c.edge)
      c.gleam("M118 152Q118 240 126 296H144Q134 230 138 156Z", opacity: ".3")
    },
    "plate": Drawing(["set"]) { c in
      if c.has("set") {
        c.oval(206, 294, 150, 44, "#1b1f2a")
        for y in [284, 268, 252] { c.oval(200, y, 150, 46, c.shade); c.oval(200, y - 6, 150, 46, Canvas.body) }
        c.oval(200, 244, 106, 30, c.highlight)
        c.body("M130 190Q134 236 200 238Q266 236 270 190Z")
        c.oval(200, 190, 70, 16, c.shade)
      } else {
        c.disc(207, 212, 142, "#b9bdc4")
        c.disc(200, 200, 142, Canvas.body)
        c.ring(200, 200, 132, c.highlight, width: "4")
        c.disc(200, 200, 94, c.highlight)
        c.ring(200, 200, 94, c.edge, width: "1.4")
        c.gleam("M90 160Q120 90 200 78Q140 120 120 210Z", opacity: ".35")
      }
    },
    "bowl": Drawing([]) { c in
      c.ground(200, 312, 120)
      c.body("M62 170H338Q330 296 236 304V312H164V304Q70 296 62 170Z")
      c.oval(200, 170, 138, 34, c.shade)
      c.oval(200, 176, 120, 25, c.highlight)
      c.gleam("M80 196Q96 266 160 292Q116 250 110 200Z", opacity: ".3")
    },
    "glass": Drawing(["wine", "tumbler"], drawGlass),
    "pan": Drawing(["pot", "wok"], drawPan),
    "kettle": Drawing([]) { c in
      c.ground(196, 338, 120)
      c.line("M118 132Q116 62 200 60Q284 62 282 132", "#26282b", width: "19")
      c.body("M120 150Q122 120 200 118Q278 120 280 150L300 312Q298 332 276 332H124Q102 332 100 312Z")
      c.body("M280 168L330 138L336 158L290 236Z")
      c.box(178, 102, 44, 18, round: 8, "#26282b")
      c.body("M96 320H304V338H96Z", fill: Canvas.graphite)
      c.gleam("M132 154Q126 240 118 312H140Q146 230 152 148Z", opacity: ".3")
    },
    "toaster": Drawing([]) { c in
      c.ground(200, 322, 150)
      c.part("M128 158V112Q128 94 150 96Q164 84 180 96Q196 96 192 116V158Z", "#d99a55")
      c.part("M212 158V112Q212 94 234 96Q248 84 264 96Q280 96 276 116V158Z", "#d99a55")
      c.body("M62 196Q64 148 110 146H290Q336 148 338 196V296Q336 316 314 316H86Q64 316 62 296Z")
      c.line("M112 158H288", "#3a3e45", width: "9")
      c.box(322, 206, 26, 18, round: 7, "#26282b")
      c.disc(284, 276, 13, "#d4d8dd")
      c.gleam("M76 196Q80 166 112 162H160Q100 190 96 306H82Q74 300 76 196Z", opacity: ".28")
    },
    "coffee": Drawing(["pods"], drawCoffeeMachine),
    "blender": Drawing([]) { c in
      c.ground(200, 356, 100)
      c.body("M132 258H268L286 342Q286 352 274 352H126Q114 352 114 342Z")
      c.disc(200, 310, 19, "#d4d8dd")
      c.part("M124 84H276L262 258H138Z", "#dfe9ef", opacity: ".85")
      c.part("M131 160Q200 148 269 160L262 258H138Z", "#e98a9b", opacity: ".9")
      c.line("M124 84H276L262 258H138Z", "#9aa7b0", width: "2.5")
      c.line("M276 110Q316 112 312 170Q306 214 268 218", "#9aa7b0", width: "11")
      c.body("M118 66H282V86H118Z", fill: Canvas.graphite)
      c.gleam("M140 94L150 248H164L160 94Z", opacity: ".6")
    },
    "mixer": Drawing([]) { c in
      c.ground(200, 344, 150)
      c.body("M72 326H320Q334 326 334 340H58Q58 326 72 326Z")
      c.body("M74 330V190Q74 168 96 168H140V330Z")
      c.body("M62 132Q64 84 120 82H306Q342 86 342 128Q340 166 306 168H100Q62 166 62 132Z")
      c.line("M252 168V214", "#9aa0a8", width: "11")
      c.body("M166 214H338Q336 312 284 322H220Q168 312 166 214Z", fill: Canvas.metal)
      c.disc(96, 126, 13, "#d4d8dd")
      c.gleam("M84 118Q96 94 130 92H290Q170 104 84 118Z", opacity: ".4")
    },
    "knife": Drawing(["set"]) { c in
      c.ground(200, 330, 130)
      if c.has("set") {
        for (index, height) in [70, 84, 98, 112].enumerated() {
          c.box(130 + index * 38, height, 22, 100, round: 7, "#24272c")
          c.disc(141 + index * 38, height + 22, 3, "#c7ccd2")
          c.disc(141 + index * 38, height + 60, 3, "#c7ccd2")
        }
        c.body("M104 170L296 150V318H104Z", fill: Canvas.wood)
        return
      }
      c.placed("rotate(-42 200 200)") {
        $0.body("M34 196Q60 168 236 174V222Q120 232 34 196Z", fill: Canvas.metal)
        $0.line("M40 200Q130 226 234 216", "#f4f6f8", width: "3")
        $0.body("M236 172H352Q368 184 364 204Q360 220 346 218L300 210L236 222Z")
        for x in [262, 294, 328] { $0.disc(x, 194, 5, "#d4d8dd") }
      }
    },
    "board": Drawing([]) { c in
      c.placed("rotate(-12 200 200)") {
        $0.body("M92 108Q92 92 108 92H292Q308 92 308 108V318Q308 334 292 334H108Q92 334 92 318Z")
        $0.body("M178 92V44Q178 30 200 30Q222 30 222 44V92Z")
        $0.disc(200, 54, 10, "#efeae0")
        $0.line("M120 110V320M150 110V320M184 110V320M222 110V320M252 110V320M282 110V320", width: "1.2")
      }
    },
    "jar": Drawing(["bottle"]) { c in
      c.ground(200, 346, 100)
      if c.has("bottle") {
        c.body(
          "M166 108Q166 96 176 96H224Q234 96 234 108Q262 130 262 168V322Q262 342 242 342H158Q138 342 138 322V168Q138 130 166 108Z"
        )
        c.body("M164 52H236V98H164Z", fill: Canvas.graphite)
        c.gleam("M150 172Q152 140 170 124V334Q150 334 150 318Z", opacity: ".35")
      } else {
        c.part(
          "M116 110H284Q300 130 300 160V320Q300 342 278 342H122Q100 342 100 320V160Q100 130 116 110Z", "#dfe9ef",
          opacity: ".9")
        c.part("M104 190Q200 178 296 190V320Q296 338 278 338H122Q104 338 104 320Z", c.tint.css)
        c.body("M112 72H288V112H112Z", fill: Canvas.wood)
        c.box(146, 224, 108, 62, round: 5, "#fbfaf5")
        c.line("M164 246H236M164 264H212", "#6b6a63", width: "5")
      }
    },
  ]

  @Sendable private static func drawGlass(_ c: inout Canvas) {
    c.bothSides {
      if $0.has("wine") {
        $0.ground(128, 342, 56, 9)
        $0.part("M84 96H172Q184 206 128 214Q72 206 84 96Z", "#dfe9ef", opacity: ".9")
        $0.part("M80 146Q128 136 176 146Q178 204 128 212Q78 204 80 146Z", $0.tint.css, opacity: ".9")
        $0.line("M84 96H172Q184 206 128 214Q72 206 84 96ZM128 214V326M88 336Q128 318 168 336Z", "#9aa7b0", width: "2.6")
        $0.gleam("M94 106Q86 170 104 198Q96 150 104 106Z", opacity: ".7")
      } else {
        $0.ground(128, 318, 66, 10)
        $0.part("M72 130H184L174 312H82Z", "#dfe9ef", opacity: ".9")
        $0.part("M75 190H181L174 308H82Z", $0.tint.css, opacity: ".55")
        $0.line("M72 130H184L174 312H82Z", "#9aa7b0", width: "2.6")
        $0.gleam("M84 138H100L104 304H92Z", opacity: ".7")
      }
    }
  }

  @Sendable private static func drawPan(_ c: inout Canvas) {
    c.ground(190, 312, 150)
    if c.has("pot") {
      c.bothSides { $0.line("M84 210Q44 208 48 236Q54 254 86 248", "#3a3e45", width: "13") }
      c.body("M80 176H320V286Q318 310 292 310H108Q82 310 80 286Z")
      c.body("M70 178Q76 136 200 132Q324 136 330 178Z")
      c.line("M70 180H330", c.edge, width: "4")
      c.body("M176 132Q176 106 200 106Q224 106 224 132Z", fill: Canvas.metal)
      c.gleam("M94 190V284Q96 300 112 300H124Q110 280 112 190Z", opacity: ".3")
    } else {
      c.body("M262 190L376 150Q392 152 388 172L276 226Z", fill: Canvas.graphite)
      c.disc(370, 164, 5, "#d4d8dd")
      let depth = c.has("wok") ? 60 : 34
      c.body("M30 208H298Q292 \(248 + depth) 230 \(256 + depth)H98Q36 \(248 + depth) 30 208Z")
      c.oval(164, 208, 134, 38, c.shade)
      c.oval(164, 213, 116, 28, "#2b2e34")
      c.gleam("M62 208Q90 190 160 188Q110 200 92 226Z", opacity: ".3")
    }
  }

  @Sendable private static func drawCoffeeMachine(_ c: inout Canvas) {
    c.ground(200, 352, 130)
    if c.has("pods") {
      c.body("M136 92Q138 60 200 58Q262 60 264 92V160H236V300H136Z")
      c.body("M122 318H286V342H122Z", fill: Canvas.graphite)
      c.box(182, 160, 34, 20, round: 4, "#24272c")
      c.part("M206 266H262L254 316H214Z", "#fff")
      c.disc(200, 92, 15, c.highlight)
      c.gleam("M146 96Q150 76 176 68V296H146Z", opacity: ".25")
      return
    }
    c.body("M88 76Q88 62 102 62H298Q312 62 312 76V176H88Z")
    c.body("M88 170H140V320H88Z")
    c.body("M74 312H326V344H74Z", fill: Canvas.graphite)
    c.body("M176 176H272V200H176Z", fill: Canvas.metal)
    c.line("M176 190L122 204", "#26282b", width: "13")
    c.line("M206 200V220M240 200V220", "#6b4226", width: "5")
    c.part("M186 232H262Q260 308 242 310H206Q188 308 186 232Z", "#fff")
    c.oval(224, 234, 38, 8, "#6b4226")
    c.disc(128, 116, 21, "#f4f4f0")
    c.line("M128 116L138 104", "#c8553d", width: "3")
    for x in [196, 230, 264] { c.disc(x, 116, 10, "#d4d8dd") }
    c.line("M300 176Q316 230 306 262", "#c7ccd2", width: "7")
    c.gleam("M94 78Q96 68 106 68H170L96 170Z", opacity: ".25")
  }
}
