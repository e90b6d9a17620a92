function [r, said] = tt_analyze(description, folder, varargin)
%TT_ANALYZE  Runs `temtensile analyze` on the description of a test and loads its results.
%   R = TT_ANALYZE(DESCRIPTION, FOLDER) analyses the test that the YAML file
%   DESCRIPTION describes, leaves the results in FOLDER and returns them as
%   TT_LOAD does. [R, SAID] = ... also returns what the program printed.
%
%   Options, as name and value:
%     'only'      'curve': no more than the curve (default '')
%     'set'       cell of 'key=value' that override entries of the description
%     'threads'   number of threads (default 0: all)
%     'program'   the program (default: the environment variable TEMTENSILE, or
%                 temtensile on the PATH)
%
%   What the program complains about becomes an error with its sentence, such as
%   a missing key of the description with file, line and column.
%
%   Units: see TT_LOAD.
%
%   Example
%     r = tt_analyze('film-5pa/test.yaml', 'results/film-5pa', ...
%                    'set', {'specimen.thickness=120 +- 3 nm'});
%     tt_plot_curve(r)
%
%   See also TT_LOAD, TT_PLOT_CURVE.

% SPDX-License-Identifier: GPL-3.0-or-later
o = tt_options(struct('only', '', 'set', {{}}, 'threads', 0, 'program', ''), varargin);
words = {'analyze', description, '-o', folder};
if ~isempty(o.only)
    words = [words, {'--only', o.only}];
end
if ischar(o.set)
    o.set = {o.set};
end
for i = 1:numel(o.set)
    words = [words, {'--set', o.set{i}}]; %#ok<AGROW>
end
if o.threads > 0
    words = [words, {'--threads', sprintf('%d', o.threads)}];
end
said = tt_run(o.program, words);
r = tt_load(folder);
end
