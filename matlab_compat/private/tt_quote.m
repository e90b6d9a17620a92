function q = tt_quote(text)
% TT_QUOTE  Text as one word for the system's shell.

% SPDX-License-Identifier: GPL-3.0-or-later
if ispc
    q = ['"' strrep(text, '"', '""') '"'];
else
    q = ['''' strrep(text, '''', '''\''''') ''''];
end
end
