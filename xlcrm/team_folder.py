"""What things are called in a team's shared folder."""

OUTPUT_FOLDER = "汇总"
RETURN_FOLDER = "退回"  # in the folder of results: workbooks that go back to who filled them
PUBLISHED_FOLDER = "已发布"  # there too: the figures of periods as they were reported
ARCHIVE_FOLDER = "归档"  # there too: each form record as a workbook of its own
SETTINGS_FILE = "团队设置.xlsx"
MASTER_FILE = "客户沟通汇总.xlsx"
TEAM_MASTER_FILE = "客户沟通汇总_团队.xlsx"  # a copy to read, without what is confidential
HOW_TO_FILES = {"zh": "使用说明.txt", "en": "how-to.txt"}
