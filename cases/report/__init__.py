"""The report of a case as a PDF: what came in, what software and clinicians said of it."""

from cases.report.document import Told, report_pdf

__all__ = ["Told", "report_pdf"]
