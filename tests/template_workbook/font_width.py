"""How wide a real font sets texts: Noto Sans CJK SC, whose widths are near Microsoft YaHei's.

Advance widths, in thousandths of the size, of the characters from the blank to the tilde; any other
one is as wide as the size.
"""

from __future__ import annotations

_REGULAR, _BOLD = (
    tuple(map(int, widths.split()))
    for widths in (
        "224 323 474 555 555 921 680 278 338 338 467 555 278 347 278 392 555 555 555 555 555 "
        "555 555 555 555 555 278 278 555 555 555 474 946 608 657 638 688 589 552 689 728 293 "
        "535 646 543 812 723 742 633 742 635 596 599 721 575 878 573 531 603 338 392 338 555 "
        "559 606 563 618 510 620 554 325 564 607 275 275 552 284 926 610 606 620 620 388 468 "
        "377 607 521 802 498 521 475 338 270 338 555",
        "227 370 574 590 590 963 740 325 378 378 507 590 325 370 325 387 590 590 590 590 590 "
        "590 590 590 590 590 325 325 590 590 590 514 1007 641 681 656 714 615 585 717 757 330 "
        "568 686 578 853 749 770 667 770 682 624 625 748 619 915 627 580 613 378 387 378 590 "
        "567 626 591 644 527 644 581 372 597 640 304 306 604 315 964 641 626 644 644 436 495 "
        "421 637 576 863 562 574 511 378 296 378 590",
    )
)


def font_width(text: str, size: float, *, bold: bool = False) -> float:
    """The points that a line of text takes."""
    widths = _BOLD if bold else _REGULAR
    places = (ord(char) - ord(" ") for char in text)
    return size * sum(widths[at] if 0 <= at < len(widths) else 1000 for at in places) / 1000


def font_lines(text: str, room: float, size: float, *, bold: bool = False) -> int:
    """The lines in which a text is set, word by word, in so many points."""
    lines = 0
    for paragraph in text.split("\n"):
        used, lines = 0.0, lines + 1
        for word in paragraph.replace(" ", " \0").split("\0"):
            pieces = [word] if word.isascii() else list(word)
            for piece in pieces:
                width = font_width(piece.rstrip(), size, bold=bold)
                if used and used + width > room:
                    used, lines = 0.0, lines + 1
                used += font_width(piece, size, bold=bold)
    return lines
