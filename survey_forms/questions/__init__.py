"""One small file per question type: how it reads an answer, becomes columns, shows itself."""
