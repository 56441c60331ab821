"""What a person's hands do in LibreOffice, a verb a function: a script that runs where uno is."""

from __future__ import annotations

# Does what a list of steps says, in one LibreOffice: [verb, *what].
HANDS = r"""
import json
import unohelper
from com.sun.star.datatransfer import DataFlavor, XTransferable
from com.sun.star.lang import Locale
from com.sun.star.sheet import TableFilterField
from com.sun.star.sheet.FilterOperator import EQUAL
from com.sun.star.table import TableSortField

dispatcher = context.ServiceManager.createInstanceWithContext(
    "com.sun.star.frame.DispatchHelper", context)
# "Overwrite what is there?": yes, and don't ask again.
context.ServiceManager.createInstanceWithContext(
    "com.sun.star.sheet.GlobalSheetSettings", context).ReplaceCellsWarning = False
book = None

def start(path):
    global book
    book = open_workbook(path)

def sheet_of(name):
    return book.Sheets.getByName(name)

def press(sheet, cell, command, *arguments):
    # What a key does goes to the cell that is selected on the sheet that is in front.
    controller, page = book.CurrentController, sheet_of(sheet)
    controller.setActiveSheet(page)
    controller.select(page.getCellRangeByName(cell))
    dispatcher.executeDispatch(controller.Frame, command, "", 0, arguments)

def type_in(sheet, cell, text):
    # It takes text for a number or a date as typing does.
    press(sheet, cell, ".uno:EnterString", _property("StringName", text))

def paste_block(sheet, cell, rows, look):
    # From a workbook that is not ours: what is copied brings its own formats and no rules.
    other = desktop.loadComponentFromURL(
        "private:factory/scalc", "_blank", 0, (_property("Hidden", True),))
    page, controller = other.Sheets.getByIndex(0), other.CurrentController
    area = page.getCellRangeByPosition(0, 0, len(rows[0]) - 1, len(rows) - 1)
    area.setFormulaArray(tuple(map(tuple, rows)))
    area.NumberFormat = other.NumberFormats.addNew(look, Locale())
    area.CellBackColor, area.CharHeight = 0xFFFF00, 14
    controller.select(area)
    dispatcher.executeDispatch(controller.Frame, ".uno:Copy", "", 0, ())
    press(sheet, cell, ".uno:Paste")
    other.close(True)

class Tabs(unohelper.Base, XTransferable):
    # Lines of text with tabs, as chats and web pages leave them; the flavour that asks nothing.
    flavour = DataFlavor("application/x-libreoffice-tsvc", "tabs", uno.getTypeByName("[]byte"))

    def __init__(self, text):
        self.text = text

    def getTransferData(self, flavour):
        return uno.ByteSequence(self.text.encode("utf-8"))

    def getTransferDataFlavors(self):
        return (self.flavour,)

    def isDataFlavorSupported(self, flavour):
        return flavour.MimeType == self.flavour.MimeType

def paste(sheet, cell, text):
    # What is pasted is not looked at by the cell's rules.
    clipboard = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.datatransfer.clipboard.SystemClipboard", context)
    clipboard.setContents(Tabs(text), None)
    press(sheet, cell, ".uno:Paste")

def clear(sheet, cell):
    press(sheet, cell, ".uno:ClearContents")

def choose(sheet, cell, value):
    # Takes a value out of the list that the cell's dropdown offers.
    rule = sheet_of(sheet).getCellRangeByName(cell).Validation
    names = book.NamedRanges
    offered = names.getByName(rule.getFormula1().lstrip("=$")).ReferredCells.getDataArray()
    if (value,) not in offered:
        raise LookupError("%s!%s does not offer %s but %s" % (sheet, cell, value, offered))
    type_in(sheet, cell, value)

def copy(sheet, name):
    book.Sheets.copyByName(sheet, name, book.Sheets.Count)

def add_sheet(name):
    book.Sheets.insertNewByName(name, book.Sheets.Count)

def rename(sheet, name):
    sheet_of(sheet).Name = name

def protected(sheet):
    if not sheet_of(sheet).isProtected():
        raise AssertionError(sheet + " is not protected")

def unprotect(sheet):
    sheet_of(sheet).unprotect("")

def insert_row(sheet, cell, where):
    press(sheet, cell, ".uno:InsertRows" + where)  # Before or After

def delete_row(sheet, cell):
    press(sheet, cell, ".uno:DeleteRows")

def undo(sheet, cell):
    press(sheet, cell, ".uno:Undo")

def sort_by(sheet, area, column):
    # As the dialogue does it, with the labels in the first row of the selection.
    given = {"ByRows": True, "HasHeader": True, "Col1": column, "Ascending1": True,
             "IncludeAttribs": True, "UserDefIndex": 0}
    press(sheet, area, ".uno:DataSort", *(_property(*each) for each in given.items()))

def filter_by(sheet, column, value):
    filter = book.getPropertyValue("UnnamedDatabaseRanges").getByTable(
        sheet_of(sheet).RangeAddress.Sheet)
    chosen = TableFilterField()
    chosen.Field, chosen.Operator, chosen.StringValue = column - 1, EQUAL, value
    filter.getFilterDescriptor().setFilterFields((chosen,))
    filter.refresh()

def widen(sheet, column, width):
    sheet_of(sheet).Columns.getByName(column).Width = width

def insert_rows(sheet, row, count):
    sheet_of(sheet).Rows.insertByIndex(row - 1, count)

def insert_columns(sheet, column, count):
    sheet_of(sheet).Columns.insertByIndex(column - 1, count)

def sort(sheet, area, column):
    field = TableSortField()
    field.Field, field.IsAscending = column, True
    fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
    sheet_of(sheet).getCellRangeByName(area).sort(
        (_property("SortFields", fields), _property("ContainsHeader", False)))

def save(path):
    save_workbook(book, path)

def save_here():
    book.store()

def print_to(path):
    book.storeToURL(uno.systemPathToFileUrl(path), (_property("FilterName", "calc_pdf_Export"),))

def show_in(path):
    # The sheets as they look, every cell with the colours that it has.
    book.storeToURL(uno.systemPathToFileUrl(path), (_property("FilterName", "HTML (StarCalc)"),))

def close():
    book.close(True)

with open(args[0], encoding="utf-8") as file:
    steps = json.load(file)
for verb, *what in steps:
    globals()[verb](*what)
"""
