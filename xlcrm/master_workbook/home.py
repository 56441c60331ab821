"""Draws the master's first sheet: one screen, two blocks of six columns."""

from __future__ import annotations

from datetime import datetime, time

from xlsxwriter.format import Format

from xlcrm.layout.marks import OWN_SHEET, mark
from xlcrm.master_workbook.home_plan import BOARD, BoardCell, Card, Home
from xlcrm.master_workbook.plan import MasterContents
from xlcrm.record_sheet import Book, CheckedWorksheet, cell_target, palette
from xlcrm.sheet_words import Words

LEFT, GAP, RIGHT = (1, 6), 7, (8, 13)  # columns, after a narrow margin
FIRST, LAST = LEFT[0], RIGHT[1]
RATE = LEFT[1]  # the board's column of shares
_LINE = {"bottom": 1, "border_color": palette.BORDER}
TONES = {
    "plain": (palette.BAND_FILL, palette.TITLE_TEXT),
    "error": (palette.ERROR_FILL, palette.ERROR_TEXT),
    "warning": (palette.WARNING_FILL, palette.WARNING_TEXT),
}
COLOURS = {tone: colour for tone, (_, colour) in TONES.items()} | {
    "plain": palette.TEXT,
    "good": palette.POSITIVE_TEXT,
    "muted": palette.MUTED_TEXT,
}


class HomeSheet:
    """The first sheet in the making: ``draw`` fills it from its plan, block by block."""

    def __init__(self, book: Book, worksheet: CheckedWorksheet, words: Words) -> None:
        self._book = book
        self._sheet = worksheet
        self._words = words

    def draw(self, home: Home, contents: MasterContents) -> None:
        """Write everything. The sheets that it links to bear the names the plan gives."""
        self._sheet.hide_gridlines(2)
        self._sheet.write_string(0, 0, mark(OWN_SHEET, "home"))
        self._sheet.set_row(0, None, None, {"hidden": True})
        self._sheet.set_column(0, 0, 2)
        self._sheet.set_column(FIRST, LAST, 12)
        self._sheet.set_column(GAP, GAP, 2)
        self._title(contents)
        for number, card in enumerate(home.cards):
            self._card((LEFT[0] if number < 3 else RIGHT[0] - 6) + 2 * number, card)
        left = self._board(7, home, contents.analysis_period) + 1 if home.board else 7
        right = self._statuses(self._tasks(7, home) + 1, home) + 1
        last = max(self._tables(left, home), self._rejected(right, home))
        self._page(last)

    def _title(self, contents: MasterContents) -> None:
        band = {"bg_color": palette.HEADER_FILL, "font_color": palette.HEADER_TEXT}
        title = self._format(**band, bold=True, font_size=20, valign="vcenter", indent=1)
        label = self._format(**band, align="right", valign="vcenter")
        day = self._format(
            **band, align="left", valign="vcenter", num_format="yyyy-mm-dd", bold=True
        )
        self._sheet.set_row(1, 42)
        self._sheet.merge_range(1, FIRST, 1, LAST - 2, self._words(contents.title), title)
        self._sheet.write_string(1, LAST - 1, self._words("master.as_of"), label)
        self._sheet.write_datetime(1, LAST, datetime.combine(contents.as_of, time()), day)

    def _card(self, column: int, card: Card) -> None:
        fill, colour = TONES[card.tone]
        look = {"bg_color": fill, "font_color": colour, "align": "center", "valign": "vcenter"}
        edge = {"border_color": palette.HEADER_TEXT, "left": 5, "right": 5}
        number = self._format(**look, **edge, bold=True, font_size=22, num_format="#,##0")
        label = self._format(**look, **edge)
        self._sheet.set_row(3, 38)
        self._sheet.set_row(4, 22)
        self._sheet.merge_range(3, column, 3, column + 1, card.value, number)
        self._sheet.merge_range(4, column, 4, column + 1, "", label)
        if card.target:
            self._link(4, column, card.label, card.target, label)
        else:
            self._sheet.write_string(4, column, card.label, label)
        if card.change:
            small = self._format(**look, **edge, font_size=9)
            self._sheet.merge_range(5, column, 5, column + 1, card.change, small)

    def _board(self, row: int, home: Home, period: str) -> int:
        self._heading(row, LEFT, "board", period=period)
        for column, key in enumerate(BOARD, LEFT[0]):
            style = self._head(centred=column > LEFT[0])
            self._sheet.write_string(row + 1, column, self._words(f"master.home.{key}"), style)
        row += 2
        for cells in home.board:
            for column, cell in enumerate(cells, LEFT[0]):
                self._board_cell(row, column, cell)
            row += 1
        return row

    def _board_cell(self, row: int, column: int, cell: BoardCell) -> None:
        """Write a cell of the board; one that leads somewhere is underlined."""
        number = cell.value if isinstance(cell.value, int | float) else None
        tone = "muted" if number == 0 and column != RATE else cell.tone
        style = self._format(
            font_color=COLOURS[tone],
            bold=tone in ("error", "warning"),
            align="left" if column == LEFT[0] else "center",
            valign="vcenter",
            shrink=True,
            num_format="0%" if column == RATE else "#,##0",
            underline=int(cell.target is not None),
            **_LINE,
        )
        if cell.target:
            self._link(row, column, str(cell.value), cell.target, style)
        if number is not None:
            self._sheet.write_number(row, column, number, style)
        elif not cell.target:
            self._sheet.write_string(row, column, str(cell.value), style)

    def _tables(self, row: int, home: Home) -> int:
        names = ("table", "records", "with_errors", "with_warnings")
        self._heading(row, LEFT, "tables")
        for column, key in zip((0, 3, 4, 5), names, strict=True):
            style = self._head(centred=column > 0)
            self._sheet.write_string(
                row + 1, LEFT[0] + column, self._words(f"master.home.{key}"), style
            )
        for column in (1, 2):
            self._sheet.write_blank(row + 1, LEFT[0] + column, None, self._head(centred=False))
        row += 2
        for table in home.tables:
            self._sheet.merge_range(row, LEFT[0], row, LEFT[0] + 2, "", self._cell())
            target = cell_target(table.label, 0)
            self._link(row, LEFT[0], table.label, target, self._cell(link=True))
            self._count(row, LEFT[0] + 3, table.records, "plain")
            self._count(row, LEFT[0] + 4, table.errors, "error")
            self._count(row, LEFT[0] + 5, table.warnings, "warning")
            row += 1
        for name in home.continued:
            self._sheet.merge_range(row, *(LEFT[0], row, LEFT[1]), "", self._cell(link=True))
            text = self._words("master.home.continued", sheet=name)
            self._link(row, LEFT[0], text, cell_target(name, 0), self._cell(link=True))
            row += 1
        return row

    def _tasks(self, row: int, home: Home) -> int:
        self._heading(row, RIGHT, "todo")
        row += 1
        for task in home.tasks:
            fill, colour = TONES[task.tone]
            style = self._format(
                bg_color=fill, font_color=colour, valign="vcenter", indent=1, **_LINE
            )
            self._sheet.merge_range(row, RIGHT[0], row, RIGHT[1] - 1, task.text, style)
            opens = self._format(bg_color=fill, font_color=palette.LINK_TEXT, underline=1, **_LINE)
            self._link(row, RIGHT[1], self._words("master.home.open"), task.target, opens)
            row += 1
        if not home.tasks:
            self._note(row, self._words("master.home.todo_none"))
            row += 1
        return row

    def _statuses(self, row: int, home: Home) -> int:
        self._heading(row, RIGHT, "file_status")
        for number, (key, label, count) in enumerate(home.statuses):
            column = RIGHT[0] + 2 * number
            self._sheet.write_string(row + 1, column, label, self._cell())
            self._count(row + 1, column + 1, count, "error" if key == "rejected" else "plain")
        return row + 2

    def _rejected(self, row: int, home: Home) -> int:
        self._heading(row, RIGHT, "rejected")
        for path, reason in home.rejected:
            row += 1
            self._sheet.merge_range(row, RIGHT[0], row, RIGHT[0] + 1, path, self._cell())
            reason_style = self._cell(colour=palette.MUTED_TEXT)
            self._sheet.merge_range(row, RIGHT[0] + 2, row, RIGHT[1], reason, reason_style)
        if home.rejected_more:
            row += 1
            files = self._words("master.sheet.files")
            text = self._words("master.home.more", count=home.rejected_more, sheet=files)
            self._sheet.merge_range(row, RIGHT[0], row, RIGHT[1], "", self._cell(link=True))
            self._link(row, RIGHT[0], text, cell_target(files, 0), self._cell(link=True))
        elif not home.rejected:
            row += 1
            self._note(row, self._words("master.home.rejected_none"))
        return row + 1

    def _heading(self, row: int, span: tuple[int, int], key: str, **said: str) -> None:
        style = self._format(
            bold=True, font_size=12, font_color=palette.TITLE_TEXT, bottom=2,
            border_color=palette.TITLE_TEXT,
        )  # fmt: skip
        self._sheet.merge_range(
            row, *(span[0], row, span[1]), self._words(f"master.home.{key}", **said), style
        )

    def _head(self, *, centred: bool) -> Format:
        align = "center" if centred else "left"
        return self._format(font_color=palette.MUTED_TEXT, align=align, **_LINE)

    def _cell(self, *, link: bool = False, colour: str = palette.TEXT) -> Format:
        underlined = {"underline": 1} if link else {}
        return self._format(
            font_color=palette.LINK_TEXT if link else colour, valign="vcenter", shrink=not link,
            **underlined, **_LINE,
        )  # fmt: skip

    def _count(self, row: int, column: int, count: int, tone: str) -> None:
        colour = TONES[tone if count else "plain"][1] if count else palette.MUTED_TEXT
        style = self._format(
            align="center", num_format="#,##0", font_color=colour, bold=bool(count), **_LINE
        )
        self._sheet.write_number(row, column, count, style)

    def _note(self, row: int, text: str) -> None:
        style = self._cell(colour=palette.POSITIVE_TEXT)
        self._sheet.merge_range(row, RIGHT[0], row, RIGHT[1], text, style)

    def _link(self, row: int, column: int, text: str, target: str, style: Format) -> None:
        self._sheet.write_url(row, column, f"internal:{target}", style, text)

    def _format(self, **properties: object) -> Format:
        return self._book.format(properties)

    def _page(self, last_row: int) -> None:
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.center_horizontally()
        self._sheet.fit_to_pages(1, 1)
        self._sheet.print_area(0, 0, last_row, LAST)
